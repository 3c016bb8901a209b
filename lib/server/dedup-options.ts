import { count, durationMs, sizeBytes } from '../common/options.js';

const HOUR_MS = 3_600_000;
const MEBIBYTE = 1024 * 1024;

/** How long, and how much of, the answers to calls with an idempotency key are kept. */
export const dedupOptionTable = {
  windowMs: durationMs(
    { default: 60_000, min: 100, max: HOUR_MS },
    'How long an answer is kept. To be longer than callers go on repeating a call.',
  ),
  maxEntries: count(
    { default: 10_000, min: 1, max: 1_000_000 },
    'The most answers that are kept, and the most calls with a key that run at once; what comes beyond is rejected.',
  ),
  maxBytes: sizeBytes(
    { default: 16 * MEBIBYTE, min: 1_024, max: 1_024 * MEBIBYTE },
    'The most memory for answers, keys included, as far as it can be measured; the oldest go first.',
  ),
};
