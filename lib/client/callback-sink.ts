import type { WritePacket } from '@nestjs/microservices';
import type { ErrorCode } from '../errors/error-codes.js';
import type { CallSink } from '../pool/call.js';
import { toCallFailure } from './call-failure.js';

/**
 * A call in terms of Nest's `publish()`: every value, the end and the failure as a packet. What the
 * callback throws must not reach the connection, whose other calls have no part in it.
 */
export class CallbackSink implements CallSink {
  constructor(
    private readonly callback: (packet: WritePacket) => void,
    private readonly onThrown: (error: unknown) => void,
  ) {}

  next(response: unknown): void {
    this.tell({ response });
  }

  complete(): void {
    this.tell({ isDisposed: true });
  }

  error(error: unknown, code?: ErrorCode): void {
    // Nest takes a falsy error for the end of the reply: what failed must not look complete.
    this.tell({ err: error || toCallFailure(error, code), isDisposed: true });
  }

  private tell(packet: WritePacket): void {
    try {
      this.callback(packet);
    } catch (error) {
      this.onThrown(error);
    }
  }
}
