import type { Observable, Observer, Subscription } from 'rxjs';
import type {
  IncomingStream,
  IncomingStreamOwner,
  StopReason,
} from '../acceptor/acceptor-handler.js';
import { failWith } from './handler-failure.js';
import { IterableReply, isIterableSource } from './iterable-reply.js';

/**
 * Answers a request with the values of an Observable. An Observable cannot be asked to wait: what its
 * reader does not take is held back by the stream, up to a limit.
 *
 * One value is kept back for the rest of the turn, so that a value and the completion that follows it
 * leave as one reply, as with Nest's TCP transport.
 *
 * Behind interceptors every reply is an Observable, also that of a handler which returned an
 * AsyncIterable: then it is the one value, and its values are the reply.
 */
export class ObservableReply implements Observer<unknown>, IncomingStreamOwner {
  private held: unknown = undefined;
  private isHolding = false;
  private isFlushScheduled = false;
  private subscription: Subscription | undefined = undefined;
  private inner: IterableReply | undefined = undefined;

  /** @param onEnd called once, when the Observable has ended or was left */
  constructor(
    private readonly stream: IncomingStream,
    private readonly onEnd?: () => void,
  ) {}

  start(source: Observable<unknown>): void {
    const subscription = source.subscribe(this);
    this.subscription = subscription;
    if (this.onEnd !== undefined) subscription.add(this.onEnd);
    // Stopped while it subscribed.
    if (!this.stream.isOpen) subscription.unsubscribe();
  }

  next(value: unknown): void {
    if (this.inner !== undefined) return;
    if (this.isHolding) this.stream.next(this.held);
    if (typeof value === 'object' && value !== null && isIterableSource(value)) {
      this.isHolding = false;
      this.inner = new IterableReply(this.stream, value);
      this.inner.start();
      return;
    }
    this.held = value;
    this.isHolding = true;
    if (this.isFlushScheduled) return;
    this.isFlushScheduled = true;
    process.nextTick(() => this.flush());
  }

  error(err: unknown): void {
    this.flush();
    failWith(this.stream, err);
    // It was not the source of the reply that failed, so it has to be told that nobody listens any more.
    this.inner?.onStop();
  }

  complete(): void {
    if (this.inner !== undefined) return;
    const last = this.isHolding ? this.held : undefined;
    this.isHolding = false;
    this.held = undefined;
    this.stream.respond(last);
  }

  onStop(_reason: StopReason): void {
    this.isHolding = false;
    this.inner?.onStop();
    this.subscription?.unsubscribe();
  }

  onWritable(): void {
    this.inner?.onWritable();
  }

  private flush(): void {
    this.isFlushScheduled = false;
    if (!this.isHolding) return;
    const { held } = this;
    this.isHolding = false;
    this.held = undefined;
    this.stream.next(held);
  }
}
