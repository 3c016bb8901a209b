import type { ResolvedOptions } from '../common/options.js';
import { choice, count, durationMs, ratio } from '../common/options.js';

const HOUR_MS = 3_600_000;

/** When calls of a pattern fail at once, wherever they would go, because nearly all of them fail anyway. */
export const breakerOptionTable = {
  failureRatio: ratio(
    { default: 0.5, min: 0.01, max: 1 },
    'The share of attempts that have to fail for the circuit of their pattern to open.',
  ),
  minCalls: count(
    { default: 20, min: 1, max: 1_000_000 },
    'Attempts of a pattern before that share is looked at.',
  ),
  windowMs: durationMs(
    { default: 10_000, min: 100, max: HOUR_MS },
    'How long attempts count, at least; up to twice as long.',
  ),
  handlerErrors: choice(
    ['ignore', 'count'],
    'ignore',
    'Whether a failure that the server answered, such as a handler that threw, counts: it is an answer like any other, or as bad as none.',
  ),
  openMs: durationMs(
    { default: 5_000, min: 10, max: HOUR_MS },
    'How long a circuit is open the first time; each further time twice as long.',
  ),
  maxOpenMs: durationMs(
    { default: 60_000, min: 10, max: 24 * HOUR_MS },
    'Where the doubling stops, before jitter.',
  ),
  jitterRatio: ratio(
    { default: 0.2, min: 0, max: 1 },
    'By how much that time is lengthened at random, at most.',
  ),
  probes: count(
    { default: 1, min: 1, max: 100 },
    'Calls that go through at once when the time is over, and have to succeed for the circuit to close.',
  ),
  maxPatterns: count(
    { default: 1_000, min: 1, max: 100_000 },
    'Patterns that are watched at once; with more, the one that came first is forgotten.',
  ),
};

export type BreakerOptions = ResolvedOptions<typeof breakerOptionTable>;

/** How the options of the breaker fit together. */
export function checkBreaker({ openMs, maxOpenMs }: BreakerOptions, problems: string[]): void {
  if (openMs > maxOpenMs)
    problems.push(`breaker.openMs: ${openMs} is more than breaker.maxOpenMs, ${maxOpenMs}`);
}
