import { CauseCounts } from '../metrics/cause-counts.js';
import {
  ACTIVE_CLOSE_CAUSES,
  CONNECT_FAILURE_CAUSES,
  PASSIVE_CLOSE_CAUSES,
} from '../metrics/causes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { CallCounts, CloseCounts, ConnectCounts } from '../metrics/snapshot.js';
import type { CallOutcome } from './call.js';
import type { CloseReason } from './failure-cause.js';
import { connectFailureCause } from './failure-cause.js';

/** What a pool counts from its start on. Plain numbers, because the data path adds to them. */
export class PoolStatistics {
  started = 0;
  succeeded = 0;
  retried = 0;
  #failed = 0;
  #cancelled = 0;
  #deadlineExceeded = 0;
  #connectsAttempted = 0;
  #connectsEstablished = 0;
  readonly #connectFailures = new CauseCounts(CONNECT_FAILURE_CAUSES);
  readonly #activeCloses = new CauseCounts(ACTIVE_CLOSE_CAUSES);
  readonly #passiveCloses = new CauseCounts(PASSIVE_CLOSE_CAUSES);

  settled(outcome: CallOutcome): void {
    if (outcome === 'succeeded') this.succeeded++;
    else if (outcome === 'failed') this.#failed++;
    else if (outcome === 'cancelled') this.#cancelled++;
    else this.#deadlineExceeded++;
  }

  connectAttempted(): void {
    this.#connectsAttempted++;
  }

  connectEstablished(): void {
    this.#connectsEstablished++;
  }

  connectFailed(error: SocketPoolError): void {
    this.#connectFailures.add(connectFailureCause(error));
  }

  closed(reason: CloseReason): void {
    if (reason.by === 'us') this.#activeCloses.add(reason.cause);
    else this.#passiveCloses.add(reason.cause);
  }

  callCounts(): CallCounts {
    return {
      started: this.started,
      succeeded: this.succeeded,
      failed: this.#failed,
      cancelled: this.#cancelled,
      deadlineExceeded: this.#deadlineExceeded,
      retried: this.retried,
    };
  }

  connectCounts(): ConnectCounts {
    return {
      attempted: this.#connectsAttempted,
      established: this.#connectsEstablished,
      failed: this.#connectFailures.snapshot(),
    };
  }

  closeCounts(): CloseCounts {
    return { active: this.#activeCloses.snapshot(), passive: this.#passiveCloses.snapshot() };
  }
}
