import type { ErrorFrame, RejectedFrame, ResponseFrame } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { FramedLink } from './framed-link.js';
import type { OutgoingLedger } from './outgoing-ledger.js';
import type { OutgoingStream } from './outgoing-stream.js';
import { refusalError } from './stream-failure.js';

export interface ReplyDeliveryOptions {
  /** How much of a reply the server may send ahead of its consumer. */
  readonly initialCreditBytes: number;
  /** A stream has been settled, or cancelled. */
  readonly onSettled: () => void;
}

/**
 * Brings what the server answers to the streams that wait for it, and tells the server how much of it
 * is wanted. A stream leaves the ledger before it is settled: whatever its callbacks do (cancel it,
 * open others, destroy the connection), and whatever the server sends after the end, it is settled once.
 */
export class ReplyDelivery {
  readonly #ledger: OutgoingLedger;
  readonly #framed: FramedLink;
  readonly #grantFromBytes: number;
  readonly #onSettled: () => void;
  /** Is being given its last value: the server has nothing more to say, and need not be told to stop. */
  #ending: OutgoingStream | undefined;

  constructor(ledger: OutgoingLedger, framed: FramedLink, options: ReplyDeliveryOptions) {
    this.#ledger = ledger;
    this.#framed = framed;
    this.#grantFromBytes = options.initialCreditBytes / 2;
    this.#onSettled = options.onSettled;
  }

  response(frame: ResponseFrame): void {
    const stream = this.#ledger.get(frame.streamId);
    if (stream === undefined) return;
    if (frame.fault !== undefined) {
      this.#fault(stream, frame);
      return;
    }
    if (frame.hasPayload) this.#deliver(stream, frame);
    // Whoever has just been given the value may have cancelled the call.
    if (!frame.isEnd || this.#ledger.remove(frame.streamId) === undefined) return;
    stream.onEnd();
    this.#onSettled();
  }

  error(frame: ErrorFrame): void {
    const stream = this.#ledger.remove(frame.streamId);
    if (stream === undefined) return;
    stream.onErrorFrame(frame);
    this.#onSettled();
  }

  rejected(frame: RejectedFrame): void {
    const stream = this.#ledger.remove(frame.streamId);
    if (stream === undefined) return;
    stream.onFailure(refusalError(this.#framed.link.remote, frame));
    this.#onSettled();
  }

  /** Forgets a stream and tells the server, where the dialect can say so. */
  cancel(stream: OutgoingStream): void {
    if (!this.#ledger.has(stream)) return;
    this.#ledger.remove(stream.streamId);
    // Not compared as objects: the one that is being given the value may have been replaced just then.
    if (stream.streamId !== this.#ending?.streamId) this.#sendCancel(stream.streamId);
    this.#onSettled();
  }

  /** Bytes of a streamed reply were consumed; credit goes out for half a window at a time. */
  grant(stream: OutgoingStream, bytes: number): void {
    if (!this.#framed.capabilities.credit) return;
    stream.ungrantedBytes += bytes;
    if (stream.ungrantedBytes < this.#grantFromBytes || !this.#ledger.has(stream)) return;
    const { streamId, ungrantedBytes } = stream;
    stream.ungrantedBytes = 0;
    this.#framed.send({ type: FrameType.Credit, streamId, bytes: ungrantedBytes });
  }

  #deliver(stream: OutgoingStream, { payload, creditBytes, isEnd }: ResponseFrame): void {
    if (isEnd) this.#ending = stream;
    stream.onValue(payload, creditBytes, isEnd);
    this.#ending = undefined;
  }

  /** A value of the reply cannot be decoded: the call ran, but its caller cannot have the result. */
  #fault(stream: OutgoingStream, frame: ResponseFrame): void {
    this.#ledger.remove(frame.streamId);
    if (!frame.isEnd) this.#sendCancel(frame.streamId);
    stream.onFailure(frame.fault!.withProcessed('yes'));
    this.#onSettled();
  }

  #sendCancel(streamId: number): void {
    if (this.#framed.capabilities.cancel) this.#framed.send({ type: FrameType.Cancel, streamId });
  }
}
