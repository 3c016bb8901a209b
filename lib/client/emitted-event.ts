import type { Subscriber } from 'rxjs';
import { Observable, Subject } from 'rxjs';
import type { EventSink } from '../pool/event-call.js';

/**
 * What `emit()` returns: the event leaves at once and once, whoever subscribes and how often. A
 * subscriber hears `undefined` and the end when the event is with the link, or the failure; one that
 * comes afterwards hears the same.
 */
export class EmittedEvent implements EventSink {
  private outcome: 'pending' | 'written' | 'failed' = 'pending';
  private failure: unknown;
  private followers: Subject<undefined> | undefined;

  toObservable(): Observable<undefined> {
    return new Observable((subscriber) => this.follow(subscriber));
  }

  complete(): void {
    this.outcome = 'written';
    this.followers?.next(undefined);
    this.followers?.complete();
    this.followers = undefined;
  }

  error(error: unknown): void {
    this.outcome = 'failed';
    this.failure = error;
    this.followers?.error(error);
    this.followers = undefined;
  }

  private follow(subscriber: Subscriber<undefined>): void {
    if (this.outcome === 'pending') {
      this.followers ??= new Subject();
      subscriber.add(this.followers.subscribe(subscriber));
    } else if (this.outcome === 'failed') {
      subscriber.error(this.failure);
    } else {
      subscriber.next(undefined);
      subscriber.complete();
    }
  }
}
