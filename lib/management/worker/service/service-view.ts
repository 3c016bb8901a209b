import type { Disposer } from '../../../common/emitter.js';
import { Emitter } from '../../../common/emitter.js';
import type { ServicePicture } from '../../management.contract.js';
import type { WorkerClock } from '../worker-clock.js';

/** The last known picture of the service, and how old it is. */
export class ServiceView {
  private readonly emitter = new Emitter<{ picture: ServicePicture }>();
  private last: { readonly picture: ServicePicture; readonly takenAt: number } | undefined;

  constructor(private readonly clock: WorkerClock) {}

  /** `undefined` before the first. */
  get picture(): ServicePicture | undefined {
    return this.last?.picture;
  }

  /** Of the picture, in ms; `undefined` without one. */
  get ageMs(): number | undefined {
    return this.last === undefined ? undefined : this.clock.now() - this.last.takenAt;
  }

  accept(picture: ServicePicture): void {
    // The wall clock, which both threads share, is used for the way only: it may jump later on.
    const wayMs = Math.max(this.clock.wallNow() - picture.takenAt, 0);
    this.last = { picture, takenAt: this.clock.now() - wayMs };
    this.emitter.emit('picture', picture);
  }

  onPicture(listener: (picture: ServicePicture) => void): Disposer {
    return this.emitter.on('picture', listener);
  }
}
