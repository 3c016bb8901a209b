import type { QueueEntry } from '../common/queue.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { WorkTally } from '../metrics/work-tally.js';
import type { RejectReason, RequestFrame } from '../protocol/frame.js';
import { warnOfThrown } from './callback-warning.js';
import { ReplyBacklog } from './reply-backlog.js';
import type { ServerConnection } from './server-connection.js';

/** A cancel that comes this close to the deadline was sent because of it: clocks tick, and time is rounded, on both sides. */
const DEADLINE_TOLERANCE_MS = 10;

/** Why the work for a stream has to end before its reply is complete. */
export type StopReason = 'cancel' | 'deadline' | 'disconnect' | 'reply-failed' | 'shutdown';

/** Whoever answers a stream, and has something to stop. */
export interface IncomingStreamOwner {
  /** Nobody waits for the reply any more: end the work. Called at most once, and nothing after it. */
  onStop(reason: StopReason): void;
  /** There is credit again; only after `canSend` was false. */
  onWritable(): void;
}

/** A stream that waits for its turn. */
export interface WaitingStream {
  readonly stream: IncomingStream;
  readonly since: number;
  /** When it has waited for long enough. */
  readonly expiresAt: number;
}

/** Whoever bounds how many streams run at once. */
export interface StreamGate {
  /** A stream that came this way was settled, whether it ran or waited. */
  ended(stream: IncomingStream): void;
}

/**
 * A request at the server end, and the only way to answer it. It is settled exactly once; whatever is
 * said after that is ignored, because a handler cannot know that its caller went away meanwhile.
 */
export class IncomingStream {
  readonly request: RequestFrame;
  readonly connection: ServerConnection;
  /** Set by whoever answers, when it has something to stop. */
  owner: IncomingStreamOwner | undefined = undefined;
  /** Set by whoever counts its end, with the time at which it began. */
  tally: WorkTally | undefined = undefined;
  begunAt = 0;
  /** Where it waits for its turn; the gate's that it waits at. */
  place: QueueEntry<WaitingStream> | undefined = undefined;
  /** The gate of its own kind, where there is one. */
  gate: StreamGate | undefined = undefined;
  /** When nobody waits for the reply any more, on the connection's clock; `Infinity` without a limit. */
  readonly deadlineAt: number;
  // The four fields by which a wheel of deadlines holds its entries; they are the wheel's.
  deadlineTick = 0;
  deadlineSlot = -1;
  nextDeadline: IncomingStream | undefined = undefined;
  previousDeadline: IncomingStream | undefined = undefined;
  #creditBytes: number;
  #isOpen = true;
  #wantsWritable = false;
  #isWaiting = false;
  #hasFailed = false;
  #backlog: ReplyBacklog | undefined = undefined;
  #stopReason: StopReason | undefined = undefined;

  /** @param creditBytes what may leave of a streamed reply before the peer grants more */
  constructor(
    request: RequestFrame,
    connection: ServerConnection,
    creditBytes: number,
    deadlineAt: number,
  ) {
    this.request = request;
    this.connection = connection;
    this.deadlineAt = deadlineAt;
    this.#creditBytes = creditBytes;
  }

  get streamId(): number {
    return this.request.streamId;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Why nobody waits any more, when the stream was stopped. */
  get stopReason(): StopReason | undefined {
    return this.#stopReason;
  }

  /** Bytes that wait here for credit. */
  get backlogBytes(): number {
    return this.#backlog?.bytes ?? 0;
  }

  /** Whether a value would leave at once. A source that can be paced waits for `onWritable` when it is false. */
  get canSend(): boolean {
    const can = this.#isOpen && this.#backlog === undefined && this.#mayLeave;
    if (!can) {
      this.#wantsWritable = true;
      this.#wait();
    }
    return can;
  }

  /** The whole reply, or its last value: one value, or none when it is `undefined`. */
  respond(value: unknown): void {
    if (!this.#isOpen) return;
    try {
      if (this.#backlog === undefined) {
        this.connection.replies.respond(this.streamId, value, true);
        this.#close();
      } else this.#queue(value, true);
    } catch (error) {
      this.#failToEncode(error);
    }
  }

  /** One value of several. */
  next(value: unknown): void {
    if (!this.#isOpen) return;
    try {
      if (this.#backlog === undefined && this.#mayLeave)
        this.#creditBytes -= this.connection.replies.respond(this.streamId, value, false);
      else this.#queue(value, false);
    } catch (error) {
      this.#failToEncode(error);
    }
  }

  /** The handler failed; `err` goes to the caller as it is. */
  fail(err: unknown, code: ErrorCode = 'HANDLER_FAILED'): void {
    if (!this.#isOpen) return;
    this.#hasFailed = true;
    try {
      if (this.#backlog !== undefined)
        this.#add(this.connection.replies.encodeError(this.streamId, code, err), true);
      else {
        this.connection.replies.fail(this.streamId, code, err);
        this.#close();
      }
    } catch (error) {
      this.#failToEncode(error);
    }
  }

  /** Refuses the stream before anything ran. */
  reject(reason: RejectReason, message: string, retryAfterMs = 0): void {
    if (!this.#isOpen) return;
    this.connection.replies.reject(this.streamId, { reason, message, retryAfterMs });
    this.#close();
  }

  /** @internal credit arrived */
  grant(bytes: number): void {
    this.#creditBytes += bytes;
    this.release();
  }

  /** @internal sends what waits, as far as credit and link allow, and wakes a paced source */
  release(): void {
    if (this.#backlog !== undefined) this.#releaseBacklog(this.#backlog);
    if (!this.#isOpen || this.#backlog !== undefined || !this.#mayLeave) return;
    this.#stopWaiting();
    if (!this.#wantsWritable) return;
    this.#wantsWritable = false;
    this.#wake();
  }

  /** @internal nobody waits any more; nothing is sent */
  stop(reason: StopReason): void {
    if (!this.#isOpen) return;
    this.#stopReason = reason;
    this.#hasFailed = this.#isFailure(reason);
    this.#close();
    this.#stopOwner(reason);
  }

  /** @internal the deadline has passed */
  onDeadline(): void {
    if (!this.#isOpen) return;
    this.connection.replies.failWith(this.streamId, 'DEADLINE_EXCEEDED', 'the deadline passed');
    this.stop('deadline');
  }

  /** Who gives up, or goes away, has got no failure; but most callers cancel when their deadline passes. */
  #isFailure(reason: StopReason): boolean {
    if (reason !== 'cancel') return reason !== 'disconnect';
    return this.connection.framed.readAt >= this.deadlineAt - DEADLINE_TOLERANCE_MS;
  }

  get #mayLeave(): boolean {
    return this.#creditBytes > 0 && this.connection.replies.canStream;
  }

  #queue(value: unknown, isEnd: boolean): void {
    this.#add(this.connection.replies.encodeResponse(this.streamId, value, isEnd), isEnd);
  }

  #add(reply: Uint8Array, isEnd: boolean): void {
    const backlog = (this.#backlog ??= new ReplyBacklog());
    if (backlog.hasEnd) return;
    backlog.add(reply, isEnd);
    this.connection.replies.keep(reply.length);
    this.#wait();
    const limit = this.connection.replies.maxBacklogBytes;
    if (backlog.bytes <= limit) return;
    const text = `the reply is more than ${limit} bytes ahead of its reader; return an AsyncIterable or a Readable to be paced`;
    this.#failReply('STREAM_OVERFLOW', text);
  }

  #releaseBacklog(backlog: ReplyBacklog): void {
    while (this.#isOpen && !backlog.isEmpty && this.#mayLeave) {
      const reply = backlog.take()!;
      this.#creditBytes -= reply.length;
      this.connection.replies.keep(-reply.length);
      this.connection.replies.sendEncoded(reply);
    }
    if (!this.#isOpen || !backlog.isEmpty) return;
    this.#backlog = undefined;
    if (backlog.hasEnd) this.#close();
  }

  #failToEncode(error: unknown): void {
    const isTooLarge = error instanceof SocketPoolError && error.code === 'MESSAGE_TOO_LARGE';
    this.#failReply(isTooLarge ? 'REPLY_TOO_LARGE' : 'UNSERIALIZABLE_REPLY', messageOf(error));
  }

  /** The handler ran, but what it returned cannot be delivered. */
  #failReply(code: ErrorCode, text: string): void {
    if (!this.#isOpen) return;
    this.connection.replies.failWith(this.streamId, code, text);
    this.#stopReason = 'reply-failed';
    this.#hasFailed = true;
    this.#close();
    this.#stopOwner('reply-failed');
  }

  #wake(): void {
    try {
      this.owner?.onWritable();
    } catch (error) {
      warnOfThrown(error, 'onWritable');
    }
  }

  /** Ends work that may be the user's: what that throws harms neither other streams nor their connection. */
  #stopOwner(reason: StopReason): void {
    try {
      this.owner?.onStop(reason);
    } catch (error) {
      warnOfThrown(error, 'onStop');
    }
  }

  #wait(): void {
    if (this.#isWaiting || !this.#isOpen) return;
    this.#isWaiting = true;
    this.connection.replies.wait(this);
  }

  #stopWaiting(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.connection.replies.forget(this);
  }

  #close(): void {
    this.#isOpen = false;
    if (this.#backlog !== undefined) this.connection.replies.keep(-this.#backlog.bytes);
    this.#backlog = undefined;
    this.#stopWaiting();
    this.connection.streamEnded(this);
    this.tally?.ended(this.begunAt, this.#hasFailed);
  }
}
