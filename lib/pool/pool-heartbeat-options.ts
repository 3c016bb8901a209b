import { durationMs, ratio } from '../common/options.js';
import { heartbeatOptionTable } from '../connection/connection-options.js';

const HOUR_MS = 3_600_000;

/** The heartbeat of an end that sends work: it also tells who should get less of it. */
export const poolHeartbeatOptionTable = {
  ...heartbeatOptionTable,
  lateRatio: ratio(
    { default: 0.5, min: 0.05, max: 0.9 },
    'Share of the interval after which a ping should have been answered; a later answer makes the server busy.',
  ),
  busyLagMs: durationMs(
    { default: 200, min: 1, max: HOUR_MS },
    'How late the server’s loop may run, by its own account, before it is busy.',
  ),
  busyQueueMs: durationMs(
    { default: 500, min: 1, max: HOUR_MS },
    'How long the server’s oldest call may have waited to be started before it is busy.',
  ),
  maxStuckMs: durationMs(
    { default: 60_000, min: 0, max: HOUR_MS },
    'How long the server’s loop may stand still, by its beacon, before its connections are closed; 0 asks no beacon.',
  ),
};
