import type { OptionTable, ResolvedOptions } from '../common/options.js';
import { count, custom, durationMs, flag, optionalGroup } from '../common/options.js';
import type { BucketRate } from '../resilience/token-bucket.js';

const MAX_RATE = 10_000_000;

/** What a server takes on, beyond what single connections may ask of it. */
export const admissionOptionTable = {
  maxInFlight: count(
    { default: 100_000, min: 1, max: 10_000_000 },
    'The most requests that run at once, on all connections together; a few more wait for their turn, the rest is refused.',
  ),
  maxQueued: count(
    { default: 1_000, min: 0, max: 1_000_000 },
    'How many requests may wait for their turn.',
  ),
  maxQueueMs: durationMs(
    { default: 20, min: 10, max: 60_000 },
    'How long each of them may wait; a twentieth of it once somebody has been waiting for as long as this all the time.',
  ),
  retryAfterMs: durationMs(
    { default: 100, min: 0, max: 60_000 },
    'How long a caller that is refused for overload is asked to leave this instance alone.',
  ),
  refusesHopeless: flag(
    false,
    'Whether a request is refused when its caller waits for less time than the quickest of its pattern took lately.',
  ),
  shedding: optionalGroup(
    {
      targetWaitMs: durationMs(
        { default: 15, min: 4, max: 10_000 },
        'How long a request may wait for the event loop when it does not keep up for long; turns of the loop take a quarter of it.',
      ),
    },
    'Starts no more requests in a turn of the event loop than it keeps up with; the others wait, and are refused when they wait for too long.',
  ),
};

/** So many per second on average, and so many at once. */
const rateTable = {
  perSecond: count({ default: 1_000, min: 1, max: MAX_RATE }, 'Requests and events per second.'),
  burst: count({ default: 1_000, min: 1, max: MAX_RATE }, 'How many may come at once.'),
};

/** How much single peers, and single patterns, may ask for in a time. */
export const rateLimitOptionTable = {
  perPeer: optionalGroup(
    rateTable,
    'For each peer, all its connections together: by the name in its verified TLS certificate, or else by its host.',
  ),
  maxPeers: count(
    { default: 10_000, min: 1, max: 10_000_000 },
    'How many peers are kept account of; above it those go first that have asked for nothing lately.',
  ),
  patterns: custom<Readonly<Record<string, BucketRate>>>({
    default: Object.freeze({}),
    unit: 'object',
    expected: `an object of { perSecond, burst }, whole numbers from 1 to ${MAX_RATE}, by pattern`,
    description: 'For patterns, as text or JSON, all peers together.',
    accepts: (value) =>
      typeof value === 'object' && value !== null && Object.values(value).every(isRate),
  }),
} satisfies OptionTable;

export type AdmissionOptions = ResolvedOptions<typeof admissionOptionTable>;
export type RateLimitOptions = ResolvedOptions<typeof rateLimitOptionTable>;

function isRate(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.keys(value);
  const rates: Readonly<Record<string, unknown>> = { ...value };
  return (
    names.length === 2 &&
    rateTable.perSecond.accepts(rates['perSecond']) &&
    rateTable.burst.accepts(rates['burst'])
  );
}
