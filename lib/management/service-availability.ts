import type { ManagedService } from './managed-service.js';
import { Availability, ServicePhase } from './management.contract.js';
import type { ServiceBeat } from './service-beat.js';

const OFFLINE_TEXT = 'the instance was taken offline by an operator';

/**
 * Whether this instance is offered work. The wish lives in shared memory, so that the management thread
 * can make it, and fail readiness by it, while this loop stands still; what only this loop can do (send
 * clients away) follows with its next beat.
 *
 *   online ◀──▶ offline ──▶ draining
 *      └────────────────────────▲
 */
export class ServiceAvailability {
  private current: Availability = Availability.Online;

  constructor(
    private readonly service: ManagedService,
    private readonly beat: Pick<ServiceBeat, 'wish' | 'applied' | 'enter'>,
  ) {}

  get state(): Availability {
    return this.current;
  }

  /** From code: takes the instance offline, puts it back online, or drains it. */
  want(availability: Availability, drainTimeoutMs?: number): Promise<void> {
    return this.apply(availability, this.beat.wish(availability), drainTimeoutMs);
  }

  /** A wish of the management side has been read. A drain is never taken back. */
  async apply(
    availability: Availability,
    sequence: number,
    drainTimeoutMs?: number,
  ): Promise<void> {
    this.beat.applied(sequence);
    if (this.current === Availability.Draining || availability === this.current) return;
    this.current = availability;
    if (availability === Availability.Draining) {
      this.beat.enter(ServicePhase.Draining);
      await Promise.all(this.service.servers().map((server) => server.drain(drainTimeoutMs)));
      return;
    }
    if (availability === Availability.Offline) this.applyToNewcomers();
    else for (const server of this.service.servers()) server.goOnline();
  }

  /** A server that listens since the instance was taken offline is offline, too. Idempotent. */
  applyToNewcomers(): void {
    if (this.current !== Availability.Offline) return;
    for (const server of this.service.servers()) server.goOffline(OFFLINE_TEXT);
  }
}
