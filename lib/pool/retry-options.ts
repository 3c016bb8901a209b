import { count, custom, durationMs, flag, ratio } from '../common/options.js';
import type { Pattern } from './pattern-set.js';
import { isPattern } from './pattern-set.js';

const MINUTE_MS = 60_000;

/** What is sent again, how soon and how often. */
export const retryOptionTable = {
  idempotent: flag(
    false,
    'Running any call of this pool twice does no harm, unless the call itself says otherwise.',
  ),
  idempotentPatterns: custom<readonly Pattern[]>({
    default: [],
    unit: 'patterns',
    expected: 'an array of patterns: texts, numbers or objects',
    description:
      'Patterns whose calls may run twice, each as it is called; an object stands for the same keys and values in any order.',
    accepts: (value) => Array.isArray(value) && value.every(isPattern),
  }),
  idempotencyKeys: flag(
    false,
    'Gives every call that may run twice a key, in its metadata, that is the same for all its attempts; a server with a dedup window then runs it once.',
  ),
  initialBackoffMs: durationMs(
    { default: 25, min: 1, max: MINUTE_MS },
    'The wait before a call that may have run is sent again, before jitter; it doubles with each further attempt. What certainly did not run is sent again at once.',
  ),
  maxBackoffMs: durationMs(
    { default: 1_000, min: 1, max: MINUTE_MS },
    'Where the doubling stops, before jitter.',
  ),
  maxRestMs: durationMs(
    { default: 20, min: 0, max: MINUTE_MS },
    'How long a call that was rejected with a retry-after waits for its time, where there is nobody else to ask. When asked for a longer pause it fails at once, and the error has the `retryAfterMs`.',
  ),
  budgetRatio: ratio(
    { default: 0.2, min: 0, max: 1 },
    'Attempts beyond the first, hedges included, that each call earns.',
  ),
  budgetPerSecond: count(
    { default: 10, min: 0, max: 100_000 },
    'Attempts beyond the first that are permitted on top, per second.',
  ),
};

/** When a slow call is sent to a second endpoint as well. */
export const hedgeOptionTable = {
  percentile: ratio(
    { default: 0.95, min: 0.5, max: 0.999 },
    'The share of the calls of a pattern that are answered before one counts as slow.',
  ),
  minDelayMs: durationMs(
    { default: 10, min: 1, max: MINUTE_MS },
    'The least time after which a call counts as slow, however fast the others are.',
  ),
  maxHedges: count(
    { default: 1, min: 1, max: 3 },
    'The most attempts that run beside the first, each after the same time again. `maxAttempts` counts them too.',
  ),
};

/** How two options of the group fit together. */
export function checkRetryOptions(
  retry: { readonly initialBackoffMs: number; readonly maxBackoffMs: number },
  problems: string[],
): void {
  const { initialBackoffMs, maxBackoffMs } = retry;
  if (initialBackoffMs <= maxBackoffMs) return;
  problems.push(
    `retry.initialBackoffMs: ${initialBackoffMs} is more than retry.maxBackoffMs, ${maxBackoffMs}`,
  );
}
