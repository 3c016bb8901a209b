import { toCallFailure } from './call-failure.js';
import type { OpenReply } from './reply-buffer.js';
import { ReplyBuffer } from './reply-buffer.js';

/** The reply of a call as `for await` reads it. Each loop is a call of its own. */
export class ReplyStream<T> implements AsyncIterable<T> {
  constructor(
    private readonly open: OpenReply,
    private readonly signal: AbortSignal | undefined,
  ) {}

  [Symbol.asyncIterator](): AsyncIterator<T, undefined, undefined> {
    return new ReplyIterator<T>(new ReplyBuffer<T>(this.open, this.signal));
  }
}

/** One pass over a reply. Leaving the loop early ends the work of the server. */
class ReplyIterator<T> implements AsyncIterator<T, undefined, undefined> {
  constructor(private readonly buffer: ReplyBuffer<T>) {}

  next(): Promise<IteratorResult<T, undefined>> {
    return this.buffer.take();
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.buffer.leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error?: unknown): Promise<IteratorResult<T, undefined>> {
    this.buffer.leave();
    return Promise.reject(error instanceof Error ? error : toCallFailure(error));
  }
}
