import { Emitter } from '../../lib/common/emitter.js';
import type { ErrorCode, Processed } from '../../lib/errors/error-codes.js';
import { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import type { Call, CallRequest, CallSink } from '../../lib/pool/call.js';
import type { EventSink } from '../../lib/pool/event-call.js';
import type { PoolEvents } from '../../lib/pool/pool-events.js';
import { SocketPool } from '../../lib/pool/socket-pool.js';

/** A call as the client made it; the test plays the server. */
export class RecordedCall {
  isSettled = false;
  isCancelled = false;
  consumedBytes = 0;

  constructor(
    readonly request: CallRequest,
    readonly isPaced: boolean,
    readonly sink: CallSink,
    public attempts: number,
  ) {}

  get processed(): Processed {
    return this.attempts > 0 ? 'maybe' : 'no';
  }

  value(value: unknown, creditBytes = 0): this {
    if (!this.isSettled) this.sink.next(value, creditBytes);
    return this;
  }

  end(): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.sink.complete();
  }

  failWith(error: unknown, code?: ErrorCode): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.sink.error(error, code);
  }

  fail(error: SocketPoolError): void {
    this.failWith(error, error.code);
  }

  cancel(): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.isCancelled = true;
  }

  unsubscribe(): void {
    this.cancel();
  }

  consumed(bytes: number): void {
    this.consumedBytes += bytes;
  }
}

export interface RecordedEvent {
  readonly request: CallRequest;
  readonly sink: EventSink;
}

/** A pool that keeps what it is asked for, and does nothing by itself. */
export class RecordedPool {
  readonly calls: RecordedCall[] = [];
  readonly events: RecordedEvent[] = [];
  readonly emitter = new Emitter<PoolEvents>();
  readonly waits: { resolve: () => void; reject: (error: Error) => void }[] = [];
  name = 'orders';
  isReady = true;
  options = { deadlineMs: 30_000 };
  state = 'ready';
  starts = 0;
  closes = 0;
  onCall: (call: RecordedCall) => void = () => {};
  onEvent: (event: RecordedEvent) => void = () => {};

  /** As the client sees it. */
  get pool(): SocketPool {
    return Object.setPrototypeOf(this, RECORDED) as unknown as SocketPool;
  }

  get lastCall(): RecordedCall {
    return this.calls.at(-1)!;
  }

  call(request: CallRequest, sink: CallSink): Call {
    return this.#record(request, sink, false);
  }

  callPaced(request: CallRequest, sink: CallSink): Call {
    return this.#record(request, sink, true);
  }

  emit(request: CallRequest, sink: EventSink): void {
    const event = { request, sink };
    this.events.push(event);
    this.onEvent(event);
  }

  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    return new Promise((resolve, reject) => void this.waits.push({ resolve, reject }));
  }

  start(): void {
    this.starts += 1;
  }

  close(): Promise<void> {
    this.closes += 1;
    return Promise.resolve();
  }

  on<Name extends keyof PoolEvents>(name: Name, listener: (payload: PoolEvents[Name]) => void) {
    return this.emitter.on(name, listener);
  }

  #record(request: CallRequest, sink: CallSink, isPaced: boolean): Call {
    const call = new RecordedCall(request, isPaced, sink, this.isReady ? 1 : 0);
    this.calls.push(call);
    this.onCall(call);
    return call as unknown as Call;
  }
}

/** So that it counts as a pool. */
const RECORDED = Object.create(
  SocketPool.prototype,
  Object.getOwnPropertyDescriptors(RecordedPool.prototype) as PropertyDescriptorMap,
) as object;
