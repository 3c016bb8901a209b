import type { Disposer } from '../common/emitter.js';
import { Queue } from '../common/queue.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Call, CallSink } from '../pool/call.js';
import { onAbort } from './abort-listener.js';
import { abortedFailure, toCallFailure } from './call-failure.js';
import type { Settlement } from './reply-promise.js';

/**
 * How many values may wait for a slow consumer where the dialect has no credit to slow the server
 * down. With credit the bytes of the window bound them.
 */
export const MAX_UNPACED_VALUES = 65_536;

interface Item {
  readonly value: unknown;
  readonly creditBytes: number;
}

/** Opens the call of a reply. Failures go to the reply, never out of the function. */
export type OpenReply = (reply: ReplyBuffer<unknown>) => void;

/**
 * The reply of `stream()` on its way to the consumer. Values wait here until the consumer takes them,
 * and only then is their credit given back: a slow consumer slows the server down instead of filling
 * memory.
 *
 *   idle ──take()──▶ open ──end, error, abort, leave()──▶ ended
 */
export class ReplyBuffer<T> implements CallSink {
  private state: 'idle' | 'open' | 'ended' = 'idle';
  private call: Call | undefined;
  private failure: SocketPoolError | undefined;
  private unpacedValues = 0;
  private readonly items = new Queue<Item>();
  private readonly takers = new Queue<Settlement<IteratorResult<T, undefined>>>();
  private stopListening: Disposer = () => {};

  constructor(
    private readonly open: OpenReply,
    private readonly signal: AbortSignal | undefined,
  ) {}

  get isSettled(): boolean {
    return this.state === 'ended';
  }

  /** The call is on its way. */
  attach(call: Call): void {
    this.call = call;
    if (this.isSettled) call.cancel();
  }

  next(value: unknown, creditBytes = 0): void {
    if (this.state !== 'open') return;
    const item = { value, creditBytes };
    const taker = this.takers.shift();
    if (taker !== undefined) {
      taker.resolve(this.consume(item));
      return;
    }
    this.items.push(item);
    if (creditBytes === 0 && ++this.unpacedValues > MAX_UNPACED_VALUES) this.overflow();
  }

  complete(): void {
    this.end(undefined);
  }

  error(error: unknown, code?: ErrorCode): void {
    this.end(toCallFailure(error, code, this.call?.processed));
  }

  /** The next value, the end or, once, the failure. The first one opens the call. */
  take(): Promise<IteratorResult<T, undefined>> {
    if (this.state === 'idle') this.begin();
    const item = this.items.shift();
    if (item !== undefined) return Promise.resolve(this.consume(item));
    if (this.state === 'open') {
      return new Promise((resolve, reject) => void this.takers.push({ resolve, reject }));
    }
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The consumer has enough. */
  leave(): void {
    this.call?.cancel();
    this.dropItems();
    this.end(undefined);
    this.failure = undefined;
  }

  private begin(): void {
    const { signal } = this;
    this.state = 'open';
    if (signal?.aborted) {
      this.end(abortedFailure(signal, 'no'));
      return;
    }
    this.open(this as ReplyBuffer<unknown>);
    if (!this.isSettled) this.stopListening = onAbort(signal, () => this.abort());
  }

  private consume({ value, creditBytes }: Item): IteratorResult<T, undefined> {
    if (creditBytes > 0) this.call?.consumed(creditBytes);
    else if (this.unpacedValues > 0) this.unpacedValues--;
    return { done: false, value: value as T };
  }

  private overflow(): void {
    this.call?.cancel();
    const text = `${MAX_UNPACED_VALUES} values wait to be consumed, and this dialect cannot slow the server down`;
    this.end(new SocketPoolError('STREAM_OVERFLOW', text));
  }

  private abort(): void {
    const { call, signal } = this;
    if (signal === undefined || this.isSettled) return;
    const processed = call?.processed ?? 'no';
    call?.cancel();
    this.dropItems();
    this.end(abortedFailure(signal, processed));
  }

  /** What came in before the end is still delivered; the failure follows it, once. */
  private end(failure: SocketPoolError | undefined): void {
    if (this.isSettled) return;
    this.state = 'ended';
    this.stopListening();
    this.failure = failure;
    const first = this.takers.shift();
    if (first === undefined) return;
    // Somebody waits, so nothing is left to deliver before the end.
    this.failure = undefined;
    if (failure === undefined) first.resolve({ done: true, value: undefined });
    else first.reject(failure);
    for (let taker = this.takers.shift(); taker !== undefined; taker = this.takers.shift()) {
      taker.resolve({ done: true, value: undefined });
    }
  }

  private dropItems(): void {
    while (this.items.shift() !== undefined);
  }
}
