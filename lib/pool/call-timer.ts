import type { CallOutcome } from './call.js';
import { Call } from './call.js';
import type { Dispatched } from './dispatched.js';

/** Tells endpoints how long their calls take, for a policy that chooses by it. Events have no answer to time. */
export class CallTimer {
  /** An attempt begins. */
  sent(item: Dispatched, now: number): void {
    if (item instanceof Call) item.sentAt = now;
  }

  /** An attempt failed before the call did. */
  failed(item: Dispatched, now: number): void {
    if (item instanceof Call) item.endpoint?.latency?.observe(now - item.sentAt, now, true);
  }

  /** The call is over. A call that was given up tells only that it took at least so long; so does a stream. */
  settled(call: Call, outcome: CallOutcome, now: number): void {
    if (call.connection === undefined || call.isStreamed) return;
    const isFailure = outcome !== 'succeeded';
    call.endpoint?.latency?.observe(Math.max(0, now - call.sentAt), now, isFailure);
  }
}
