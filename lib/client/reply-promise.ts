import type { Disposer } from '../common/emitter.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { Call, CallSink } from '../pool/call.js';
import { onAbort } from './abort-listener.js';
import { abortedFailure, toCallFailure } from './call-failure.js';

/** The two ends of a promise. */
export interface Settlement<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Settles the promise of `request()`: with the last value once the reply is complete, so that an error
 * after a value is not lost, and with `undefined` when there was none.
 */
export class ReplyPromise<T> implements CallSink {
  private value: T | undefined;
  private call: Call | undefined;
  private hasEnded = false;
  private readonly stopListening: Disposer;

  constructor(
    private readonly settlement: Settlement<T>,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.stopListening = onAbort(signal, () => this.abort());
  }

  get isSettled(): boolean {
    return this.hasEnded;
  }

  /** The call is on its way. */
  attach(call: Call): void {
    this.call = call;
  }

  next(value: unknown): void {
    this.value = value as T;
  }

  complete(): void {
    if (this.end()) this.settlement.resolve(this.value as T);
  }

  error(error: unknown, code?: ErrorCode): void {
    if (this.end()) this.settlement.reject(toCallFailure(error, code, this.call?.processed));
  }

  private abort(): void {
    const { call, signal } = this;
    if (signal === undefined || !this.end()) return;
    const processed = call?.processed ?? 'no';
    call?.cancel();
    this.settlement.reject(abortedFailure(signal, processed));
  }

  private end(): boolean {
    if (this.hasEnded) return false;
    this.hasEnded = true;
    this.stopListening();
    return true;
  }
}
