import type { Observable, Observer, Subscription } from 'rxjs';
import type { IncomingStream, IncomingStreamOwner } from '../connection/incoming-stream.js';

/**
 * Answers a request with the values of an Observable. An Observable cannot be asked to wait: what its
 * reader does not take is held back by the stream, up to a limit.
 *
 * One value is kept back for the rest of the turn, so that a value and the completion that follows it
 * leave as one reply, as with Nest's TCP transport.
 */
export class ObservableReply implements Observer<unknown>, IncomingStreamOwner {
  private held: unknown = undefined;
  private isHolding = false;
  private isFlushScheduled = false;
  private subscription: Subscription | undefined = undefined;

  /** @param onEnd called once, when the Observable has ended or was left */
  constructor(
    private readonly stream: IncomingStream,
    private readonly onEnd: (() => void) | undefined,
  ) {}

  start(source: Observable<unknown>): void {
    this.subscription = source.subscribe(this);
    if (this.onEnd !== undefined) this.subscription.add(this.onEnd);
    // Stopped while it subscribed.
    if (!this.stream.isOpen) this.subscription.unsubscribe();
  }

  next(value: unknown): void {
    if (this.isHolding) this.stream.next(this.held);
    this.held = value;
    this.isHolding = true;
    if (this.isFlushScheduled) return;
    this.isFlushScheduled = true;
    process.nextTick(() => this.flush());
  }

  error(err: unknown): void {
    this.flush();
    this.stream.fail(err);
  }

  complete(): void {
    if (!this.isHolding) this.stream.respond(undefined);
    else {
      this.isHolding = false;
      this.stream.respond(this.held);
    }
  }

  onStop(): void {
    this.isHolding = false;
    this.subscription?.unsubscribe();
  }

  onWritable(): void {}

  private flush(): void {
    this.isFlushScheduled = false;
    if (!this.isHolding) return;
    this.isHolding = false;
    const { held } = this;
    this.held = undefined;
    this.stream.next(held);
  }
}
