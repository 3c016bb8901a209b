/**
 * Runs the handler once for each idempotency key. A caller that lost its connection does not know whether
 * its call ran, and sends it again; with the same key it gets the answer of the first run, and while that
 * is still at work it waits for it. Only answers of a single value are kept, failures of the handler among
 * them; what was rejected, or stopped, has no answer, and a streamed reply is run again.
 *
 * A key belongs to the pattern, and to the verified name of the caller where TLS tells one: it is looked up
 * among the calls of one instance, over all connections and addresses.
 */
import type { IncomingStream } from '../acceptor/acceptor-handler.js';
import type { Clock, Timer } from '../common/clock.js';
import { RejectReason } from '../protocol/frame.js';
import { IDEMPOTENCY_KEY } from '../protocol/metadata.js';
import type { DedupLimits } from './dedup-window.js';
import { DedupWindow } from './dedup-window.js';
import type { KeyedRunOwner } from './keyed-run.js';
import { KeyedRun } from './keyed-run.js';
import type { Answer } from './kept-reply.js';
import { KeptReply } from './kept-reply.js';
import type { ServerOptions } from './server-options.js';

/** The longest key that is looked at; a request with a longer one has none. */
const MAX_KEY_LENGTH = 200;
const BYTES_PER_CHARACTER = 2;

/** What became of the requests that have a key. */
export interface DedupCounts {
  /** Handlers at work for a key. */
  readonly running: number;
  /** Answers that are kept now. */
  readonly kept: number;
  readonly keptBytes: number;
  /** Requests that were given a kept answer. */
  readonly replayed: number;
  /** Requests that waited for the handler of an earlier one. */
  readonly joined: number;
  /** Answers that had to go before their time. */
  readonly evicted: number;
}

export interface DeduplicationSettings extends DedupLimits {
  /** Answers are kept as the objects they are, for a custom serializer. */
  readonly keepsObjects: boolean;
}

/** @returns nothing for a server that was not asked for it, which then costs it nothing */
export function makeDeduplication(
  { dedup, serializer }: Pick<ServerOptions, 'dedup' | 'serializer'>,
  clock: Clock,
  serve: (stream: IncomingStream) => void,
): Deduplication | undefined {
  if (dedup === false) return undefined;
  return new Deduplication(clock, { ...dedup, keepsObjects: serializer !== undefined }, serve);
}

export class Deduplication implements KeyedRunOwner {
  private readonly window: DedupWindow<KeptReply>;
  private readonly runs = new Map<string, KeyedRun>();
  /** Of runs that nobody waits for: when they are given up. */
  private readonly unattended = new Map<KeyedRun, Timer>();
  private replayed = 0;
  private joined = 0;

  /** @param serve is given a request that has to be run after all */
  constructor(
    private readonly clock: Clock,
    private readonly settings: DeduplicationSettings,
    private readonly serve: (stream: IncomingStream) => void,
  ) {
    this.window = new DedupWindow(clock, settings);
  }

  get counts(): DedupCounts {
    const { replayed, joined } = this;
    const { size: kept, bytes: keptBytes, evicted } = this.window;
    return { running: this.runs.size, kept, keptBytes, replayed, joined, evicted };
  }

  /** @returns what the handler is to be run for; `undefined` when it need not be run */
  admit(stream: IncomingStream): IncomingStream | undefined {
    const key = keyOf(stream);
    if (key === undefined) return stream;
    const kept = this.window.get(key);
    if (kept !== undefined) {
      this.replayed++;
      kept.giveTo(stream);
      return undefined;
    }
    const running = this.runs.get(key);
    if (running === undefined) return this.begin(key, stream);
    this.joined++;
    running.attach(stream);
    return undefined;
  }

  /** Forgets all answers, and waits for nobody. */
  clear(): void {
    this.window.clear();
    for (const timer of this.unattended.values()) timer.cancel();
    this.unattended.clear();
  }

  onAnswered(run: KeyedRun, answer: Answer): void {
    this.forget(run);
    const reply = KeptReply.of(answer, this.settings.keepsObjects);
    this.window.keep(run.key, reply, reply.bytes + run.key.length * BYTES_PER_CHARACTER);
  }

  onForgotten(run: KeyedRun, left: readonly IncomingStream[]): void {
    this.forget(run);
    for (const stream of left) {
      stream.owner = undefined;
      if (stream.isOpen) this.serve(stream);
    }
  }

  onUnattended(run: KeyedRun): void {
    this.onAttended(run);
    const giveUp = (): void => {
      run.stop('disconnect');
      this.forget(run);
    };
    this.unattended.set(run, this.clock.schedule(this.settings.windowMs, giveUp));
  }

  onAttended(run: KeyedRun): void {
    this.unattended.get(run)?.cancel();
    this.unattended.delete(run);
  }

  /** As many handlers may be at work as answers may be kept: beyond that nothing could be promised. */
  private begin(key: string, stream: IncomingStream): KeyedRun | undefined {
    if (this.runs.size >= this.settings.maxEntries) {
      const text = `${this.runs.size} calls with an idempotency key are running`;
      stream.reject(RejectReason.Overloaded, text);
      return undefined;
    }
    const run = new KeyedRun(key, stream, this);
    this.runs.set(key, run);
    return run;
  }

  private forget(run: KeyedRun): void {
    this.onAttended(run);
    if (this.runs.get(run.key) === run) this.runs.delete(run.key);
  }
}

function keyOf({ request, connection }: IncomingStream): string | undefined {
  const key = request.metadata?.[IDEMPOTENCY_KEY];
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) return undefined;
  return `${connection.peer.peerName ?? ''}\0${request.pattern}\0${key}`;
}
