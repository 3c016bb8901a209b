import { Queue } from '../common/queue.js';

/** Encoded replies of a source that cannot be paced, waiting for credit. */
export class ReplyBacklog {
  readonly #replies = new Queue<Uint8Array>();
  #bytes = 0;
  #hasEnd = false;

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#replies.size === 0;
  }

  /** The last reply of the stream is in here: nothing may be added. */
  get hasEnd(): boolean {
    return this.#hasEnd;
  }

  add(reply: Uint8Array, isEnd: boolean): void {
    this.#replies.push(reply);
    this.#bytes += reply.length;
    this.#hasEnd = isEnd;
  }

  take(): Uint8Array | undefined {
    const reply = this.#replies.shift();
    if (reply !== undefined) this.#bytes -= reply.length;
    return reply;
  }
}
