import type {
  IncomingStream,
  IncomingStreamOwner,
  StopReason,
} from '../acceptor/acceptor-handler.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { HandlerRun } from './handler-run.js';
import type { Answer } from './kept-reply.js';
import { give } from './kept-reply.js';

export interface KeyedRunOwner {
  /** The handler has answered with a single value, or failed: this is what the key stands for from now on. */
  onAnswered(run: KeyedRun, answer: Answer): void;
  /** The key stands for nothing any more. @param left who waited for this run, and is to be served otherwise */
  onForgotten(run: KeyedRun, left: readonly IncomingStream[]): void;
  /** Nobody waits any more, but somebody may come back for the answer. */
  onUnattended(run: KeyedRun): void;
  /** Somebody waits again. */
  onAttended(run: KeyedRun): void;
}

/**
 * A handler at work for all requests that have the same key. To the handler it is the request; its
 * answer goes to everybody who waits.
 *
 *   running ──value or failure──▶ ended, and the answer is kept
 *      ├──a value, and more to come──▶ streaming, for the first who waits; the key is forgotten
 *      └──stopped, and no answer──▶ ended, and the key is forgotten
 *
 * A lost connection stops nothing: its caller is about to come back with the same key. A caller who gives
 * up, and a deadline that passes, stop the work if nobody else waits. A handler that does not listen and
 * answers all the same has done the work, and its answer is kept.
 */
export class KeyedRun implements IncomingStream {
  readonly request: IncomingStream['request'];
  readonly connection: IncomingStream['connection'];
  readonly deadlineAt: number;
  owner: IncomingStreamOwner | undefined = undefined;
  tally: IncomingStream['tally'] = undefined;
  begunAt = 0;
  private reason: StopReason | undefined = undefined;
  private phase: 'running' | 'streaming' | 'ended' = 'running';
  private hasFailed = false;
  /** Who waits, the first first; once it streams, only the one it streams to. */
  private readonly waiting = new Set<IncomingStream>();

  constructor(
    readonly key: string,
    first: IncomingStream,
    private readonly keeper: KeyedRunOwner,
  ) {
    this.request = first.request;
    this.connection = first.connection;
    this.deadlineAt = first.deadlineAt;
    this.attach(first);
  }

  get streamId(): number {
    return this.request.streamId;
  }

  get stopReason(): StopReason | undefined {
    return this.reason;
  }

  get isOpen(): boolean {
    return this.phase !== 'ended' && this.reason === undefined;
  }

  get canSend(): boolean {
    return this.phase === 'streaming' ? this.first?.canSend === true : this.isOpen;
  }

  /** One more waits for the answer. */
  attach(stream: IncomingStream): void {
    this.waiting.add(stream);
    stream.owner = {
      onStop: (reason) => this.detach(stream, reason),
      onWritable: () => this.owner?.onWritable(),
    };
    if (this.waiting.size === 1) this.keeper.onAttended(this);
  }

  respond(value: unknown): void {
    if (this.phase === 'streaming') this.endStream((stream) => stream.respond(value));
    else this.answer({ kind: 'value', value });
  }

  fail(err: unknown, code: ErrorCode = 'HANDLER_FAILED'): void {
    this.hasFailed = true;
    if (this.phase === 'streaming') this.endStream((stream) => stream.fail(err, code));
    else if (this.reason === undefined) this.answer({ kind: 'failure', err, code });
    // It was told to stop, and this is how it did: no answer to the call.
    else this.forget([...this.waiting]);
  }

  next(value: unknown): void {
    if (this.phase === 'running') this.beginStream();
    if (this.phase === 'streaming') this.first?.next(value);
  }

  reject(...refusal: Parameters<IncomingStream['reject']>): void {
    const { waiting } = this;
    this.forget([]);
    for (const stream of waiting) stream.reject(...refusal);
  }

  /** Ends the work; what the handler answers in spite of that is still its answer. */
  stop(reason: StopReason): void {
    if (!this.isOpen) return;
    const isReplying = this.owner instanceof HandlerRun && this.owner.isReplying;
    this.reason = reason;
    this.hasFailed = reason !== 'cancel' && reason !== 'disconnect';
    this.owner?.onStop(reason);
    // A source that was left says no more.
    if (isReplying || this.phase === 'streaming') this.forget([...this.waiting]);
  }

  private get first(): IncomingStream | undefined {
    for (const stream of this.waiting) return stream;
    return undefined;
  }

  private detach(stream: IncomingStream, reason: StopReason): void {
    if (!this.waiting.delete(stream) || this.waiting.size > 0) return;
    const isLost = reason === 'disconnect' && this.phase === 'running' && this.reason === undefined;
    if (!isLost) this.stop(reason);
    if (this.phase === 'running') this.keeper.onUnattended(this);
  }

  private answer(answer: Answer): void {
    if (this.phase !== 'running') return;
    this.end();
    this.keeper.onAnswered(this, answer);
    for (const stream of this.waiting) give(stream, answer);
  }

  private beginStream(): void {
    const [first, ...others] = this.waiting;
    if (first === undefined) {
      this.stop('disconnect');
      return;
    }
    this.phase = 'streaming';
    for (const other of others) this.waiting.delete(other);
    this.keeper.onForgotten(this, others);
  }

  private endStream(tell: (stream: IncomingStream) => void): void {
    const { first } = this;
    this.end();
    if (first !== undefined) tell(first);
  }

  private forget(left: readonly IncomingStream[]): void {
    if (this.phase === 'ended') return;
    const wasStreaming = this.phase === 'streaming';
    this.end();
    if (!wasStreaming) this.keeper.onForgotten(this, left);
  }

  private end(): void {
    this.phase = 'ended';
    this.tally?.ended(this.begunAt, this.hasFailed);
  }
}
