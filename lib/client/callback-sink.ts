import type { WritePacket } from '@nestjs/microservices';
import type { CallSink } from '../pool/call.js';

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

  error(err: unknown): void {
    this.tell({ err, isDisposed: true });
  }

  private tell(packet: WritePacket): void {
    try {
      this.callback(packet);
    } catch (error) {
      this.onThrown(error);
    }
  }
}
