import { CauseCounts } from '../metrics/cause-counts.js';
import {
  ACTIVE_CLOSE_CAUSES,
  CONNECT_FAILURE_CAUSES,
  EJECTION_CAUSES,
  PASSIVE_CLOSE_CAUSES,
  RETRY_REASONS,
} from '../metrics/causes.js';
import type { CountsByCause } from '../metrics/cause-counts.js';
import type { EjectionCause, RetryReason } from '../metrics/causes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import { DurationCounts } from '../metrics/duration-counts.js';
import type { CallCounts, CloseCounts, ConnectCounts, TrafficCounts } from '../metrics/snapshot.js';
import type { CallOutcome } from './call.js';
import type { CloseReason } from './failure-cause.js';
import { connectFailureCause } from './failure-cause.js';

/** What a pool counts from its start on. Plain numbers, because the data path adds to them. */
export class PoolStatistics {
  started = 0;
  succeeded = 0;
  rejected = 0;
  hedges = 0;
  hedgesWon = 0;
  #failed = 0;
  #cancelled = 0;
  #deadlineExceeded = 0;
  #retried = 0;
  readonly #retries = new CauseCounts(RETRY_REASONS);
  readonly #callDurations = new DurationCounts();
  #connectsAttempted = 0;
  #connectsEstablished = 0;
  readonly #connectDurations = new DurationCounts();
  readonly #connectFailures = new CauseCounts(CONNECT_FAILURE_CAUSES);
  readonly #activeCloses = new CauseCounts(ACTIVE_CLOSE_CAUSES);
  readonly #passiveCloses = new CauseCounts(PASSIVE_CLOSE_CAUSES);
  readonly #ejections = new CauseCounts(EJECTION_CAUSES);
  #bytesRead = 0;
  #bytesWritten = 0;
  #missedHeartbeats = 0;

  settled(outcome: CallOutcome, durationMs: number): void {
    this.#callDurations.record(durationMs);
    if (outcome === 'succeeded') this.succeeded++;
    else if (outcome === 'failed') this.#failed++;
    else if (outcome === 'cancelled') this.#cancelled++;
    else this.#deadlineExceeded++;
  }

  /** A call is sent again. */
  retried(reason: RetryReason): void {
    this.#retried++;
    this.#retries.add(reason);
  }

  connectAttempted(): void {
    this.#connectsAttempted++;
  }

  connectEstablished(durationMs: number): void {
    this.#connectsEstablished++;
    this.#connectDurations.record(durationMs);
  }

  connectFailed(error: SocketPoolError): void {
    this.#connectFailures.add(connectFailureCause(error));
  }

  /** @param traffic of the connection, which from now on does not count for itself */
  closed(reason: CloseReason, traffic: TrafficCounts): void {
    if (reason.by === 'us') this.#activeCloses.add(reason.cause);
    else this.#passiveCloses.add(reason.cause);
    this.#bytesRead += traffic.bytesRead;
    this.#bytesWritten += traffic.bytesWritten;
    this.#missedHeartbeats += traffic.missedHeartbeats;
  }

  ejected(cause: EjectionCause): void {
    this.#ejections.add(cause);
  }

  ejectionCounts(): CountsByCause<EjectionCause> {
    return this.#ejections.snapshot();
  }

  callCounts(): CallCounts {
    return {
      started: this.started,
      succeeded: this.succeeded,
      failed: this.#failed,
      cancelled: this.#cancelled,
      deadlineExceeded: this.#deadlineExceeded,
      retried: this.#retried,
      retries: this.#retries.snapshot(),
      rejected: this.rejected,
      hedges: this.hedges,
      hedgesWon: this.hedgesWon,
      durations: this.#callDurations.snapshot(),
    };
  }

  connectCounts(): ConnectCounts {
    return {
      attempted: this.#connectsAttempted,
      established: this.#connectsEstablished,
      failed: this.#connectFailures.snapshot(),
      durations: this.#connectDurations.snapshot(),
    };
  }

  /** @param open the connections that are open */
  trafficCounts(open: Iterable<TrafficCounts>): TrafficCounts {
    const total = {
      bytesRead: this.#bytesRead,
      bytesWritten: this.#bytesWritten,
      missedHeartbeats: this.#missedHeartbeats,
    };
    for (const traffic of open) {
      total.bytesRead += traffic.bytesRead;
      total.bytesWritten += traffic.bytesWritten;
      total.missedHeartbeats += traffic.missedHeartbeats;
    }
    return total;
  }

  closeCounts(): CloseCounts {
    return { active: this.#activeCloses.snapshot(), passive: this.#passiveCloses.snapshot() };
  }
}
