import type { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import type { CallOptions } from '../../../lib/client/call-options.js';
import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import type { ClusterReply } from '../../e2e/acceptance/fixtures/instance.controller.js';
import type { CallRecord } from './call-record.js';
import { History } from './history.js';

export interface LoadShape {
  readonly perSecond: number;
  /** How long a handler works; drawn for each call where it is a function. */
  readonly ms?: number | (() => number);
  /** Which handlers are called, in turn. Default `call`. */
  readonly patterns?: readonly ('call' | 'crunch' | 'values')[];
  readonly options?: CallOptions;
  /** Each call has an idempotency key of its own. */
  readonly hasKeys?: boolean;
  /** Of the first call. Default 0. */
  readonly firstId?: number;
  /** Where it ends by itself. */
  readonly count?: number;
  /** No more than so many are open at once. */
  readonly atOnce?: number;
}

const TURN_MS = 5;
/** After a stall of this process, calls are made up for at most so long. */
const CATCH_UP_MS = 100;

/** Calls at a steady rate, whether answers come or not, as from many callers who know nothing of each other. */
export class PacedLoad {
  readonly calls: CallRecord[] = [];
  open = 0;
  readonly #client: SocketPoolClient;
  readonly #shape: LoadShape;
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #owed = 0;
  #isStopped = false;
  #onSettled: () => void = () => undefined;

  constructor(client: SocketPoolClient, shape: LoadShape) {
    this.#client = client;
    this.#shape = shape;
  }

  start(): this {
    this.#since = performance.now();
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
    return this;
  }

  get made(): number {
    return this.calls.length;
  }

  /** What is known so far, open calls included. */
  get history(): History {
    return new History(this.calls);
  }

  get isDone(): boolean {
    return this.open === 0 && this.made >= (this.#shape.count ?? Infinity);
  }

  /** No new calls; waits for those that were made. */
  async stop(): Promise<History> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    while (this.open > 0) await new Promise<void>((resolve) => (this.#onSettled = resolve));
    return this.history;
  }

  #turn(): void {
    const { perSecond, count = Infinity, atOnce = Infinity } = this.#shape;
    const now = performance.now();
    this.#owed += (Math.min(CATCH_UP_MS, now - this.#since) * perSecond) / 1_000;
    this.#since = now;
    for (; this.#owed >= 1 && this.made < count && this.open < atOnce; this.#owed--) this.#call();
    this.#owed = Math.min(this.#owed, perSecond);
  }

  #call(): void {
    const { firstId = 0, ms = 0, patterns = ['call'], options = {}, hasKeys } = this.#shape;
    const id = firstId + this.made;
    const record = this.#record(id);
    const payload = { id, ms: typeof ms === 'number' ? ms : ms() };
    const pattern = patterns[id % patterns.length]!;
    const all = hasKeys === true ? { ...options, idempotencyKey: `key-${id}` } : options;
    if (pattern === 'values') this.#watch(record, pattern, payload);
    else
      this.#client.request<ClusterReply>(pattern, payload, all).then(
        (reply) => this.#settle(record, undefined, reply),
        (error: SocketPoolError) => this.#settle(record, error),
      );
  }

  /** A subscription could end twice, where a promise could not. */
  #watch(record: CallRecord, pattern: string, payload: object): void {
    let last: ClusterReply | undefined;
    this.#client.send<ClusterReply>(pattern, payload).subscribe({
      next: (reply) => (last = reply),
      error: (error: SocketPoolError) => this.#settle(record, error),
      complete: () => this.#settle(record, undefined, last),
    });
  }

  #record(id: number): CallRecord {
    const { options = {}, hasKeys = false, patterns = ['call'] } = this.#shape;
    const isStream = patterns[id % patterns.length] === 'values';
    const record: CallRecord = {
      id,
      isIdempotent: !isStream && options.idempotent === true,
      hasKey: !isStream && hasKeys,
      startedAt: performance.now(),
      endedAt: Infinity,
      ends: 0,
      error: undefined,
      reply: undefined,
    };
    this.open++;
    this.calls.push(record);
    return record;
  }

  #settle(record: CallRecord, error: SocketPoolError | undefined, reply?: ClusterReply): void {
    record.ends++;
    record.endedAt = performance.now();
    record.error = error;
    record.reply = reply;
    this.open--;
    // Who waits for an answer calls again when it is there.
    if (this.#shape.atOnce !== undefined && !this.#isStopped) this.#turn();
    this.#onSettled();
  }
}
