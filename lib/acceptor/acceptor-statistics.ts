import { CauseCounts } from '../metrics/cause-counts.js';
import {
  ACTIVE_CLOSE_CAUSES,
  PASSIVE_CLOSE_CAUSES,
  REFUSAL_CAUSES,
  REJECTION_CAUSES,
} from '../metrics/causes.js';
import type { RefusalCause } from '../metrics/causes.js';
import type { CountsByCause } from '../metrics/cause-counts.js';
import type { CloseCounts, TrafficCounts } from '../metrics/snapshot.js';
import type { CloseReason } from './acceptor-events.js';

/** What an acceptor counts from its start on. */
export class AcceptorStatistics {
  accepted = 0;
  /** Of connections that are closed; those that are open count for themselves. */
  bytesRead = 0;
  bytesWritten = 0;
  missedHeartbeats = 0;
  /** Calls refused before they ran; the connections add to it themselves. */
  readonly rejections = new CauseCounts(REJECTION_CAUSES);
  readonly #refused = new CauseCounts(REFUSAL_CAUSES);
  readonly #active = new CauseCounts(ACTIVE_CLOSE_CAUSES);
  readonly #passive = new CauseCounts(PASSIVE_CLOSE_CAUSES);

  refused(cause: RefusalCause): void {
    this.#refused.add(cause);
  }

  closed(reason: CloseReason, traffic: TrafficCounts): void {
    if (reason.by === 'us') this.#active.add(reason.cause);
    else this.#passive.add(reason.cause);
    this.bytesRead += traffic.bytesRead;
    this.bytesWritten += traffic.bytesWritten;
    this.missedHeartbeats += traffic.missedHeartbeats;
  }

  refusalCounts(): CountsByCause<RefusalCause> {
    return this.#refused.snapshot();
  }

  closeCounts(): CloseCounts {
    return { active: this.#active.snapshot(), passive: this.#passive.snapshot() };
  }
}
