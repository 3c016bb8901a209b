import type { ErrorCode } from '../../lib/errors/error-codes.js';
import { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import type { Call, CallSink } from '../../lib/pool/call.js';

/** A consumer that writes down what it is told; of a call, or of an event. */
export class RecordedSink implements CallSink {
  readonly values: unknown[] = [];
  /** `complete`, or the code of the error; one at most, if all is well. */
  readonly ends: (string | undefined)[] = [];
  /** What it was failed with: of the transport, or of the handler. */
  reason: unknown;
  call!: Call;

  get isSettled(): boolean {
    return this.ends.length > 0;
  }

  get failure(): SocketPoolError {
    if (this.reason instanceof SocketPoolError) return this.reason;
    throw new Error(`did not fail with the transport: ${this.label}`);
  }

  /** `open`, `complete`, or the code with what is known of the call's fate: `CONNECTION_LOST maybe`. */
  get label(): string {
    const end = this.ends.join(', ') || 'open';
    return this.reason instanceof SocketPoolError ? `${end} ${this.reason.processed}` : end;
  }

  next(value: unknown): void {
    this.values.push(value);
  }

  complete(): void {
    this.ends.push('complete');
  }

  error(error: unknown, code?: ErrorCode): void {
    this.reason = error;
    this.ends.push(code);
  }
}
