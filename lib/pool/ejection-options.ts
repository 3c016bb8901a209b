import type { ResolvedOptions } from '../common/options.js';
import { choice, count, durationMs, ratio } from '../common/options.js';

const HOUR_MS = 3_600_000;

/** When an endpoint gets no calls for a while because it fails, and how it comes back. */
export const ejectionOptionTable = {
  consecutiveFailures: count(
    { default: 5, min: 1, max: 1_000 },
    'Failures in a row, at least, after which an endpoint is ejected; more where the others fail as well.',
  ),
  handlerErrors: choice(
    ['compare', 'count', 'ignore'],
    'compare',
    'What a failure is that the server answered, such as a handler that threw: a reason to eject if the others fail far less often; as bad as no answer; or as good as a success.',
  ),
  windowMs: durationMs(
    { default: 10_000, min: 1_000, max: HOUR_MS },
    'How long calls count for the success rate, at least; up to twice as long.',
  ),
  minCalls: count(
    { default: 100, min: 10, max: 1_000_000 },
    'Calls of an endpoint in that time before its success rate is compared.',
  ),
  deviations: ratio(
    { default: 4, min: 1, max: 100 },
    'How far below that of the others a success rate has to be, in standard deviations.',
  ),
  ejectionMs: durationMs(
    { default: 5_000, min: 10, max: HOUR_MS },
    'How long the first ejection lasts; each further one twice as long.',
  ),
  maxEjectionMs: durationMs(
    { default: 60_000, min: 10, max: 24 * HOUR_MS },
    'Where the doubling stops, before jitter.',
  ),
  jitterRatio: ratio(
    { default: 0.2, min: 0, max: 1 },
    'By how much an ejection is lengthened at random, at most.',
  ),
  probes: count(
    { default: 1, min: 1, max: 100 },
    'Calls that go to an endpoint at once when its time is over, and have to succeed before it gets its share again.',
  ),
  maxEjectedRatio: ratio(
    { default: 0.5, min: 0, max: 1 },
    'The share of endpoints that may be ejected at once. One of several always may, and one is always left; 0 ejects none.',
  ),
  panicRatio: ratio(
    { default: 0.5, min: 0, max: 1 },
    'With a smaller share of endpoints in health than this, ejections are ignored; 0 never does.',
  ),
};

export type EjectionOptions = ResolvedOptions<typeof ejectionOptionTable>;

/** How the options of the ejection fit together. */
export function checkEjection(options: EjectionOptions, problems: string[]): void {
  const { ejectionMs, maxEjectionMs } = options;
  if (ejectionMs <= maxEjectionMs) return;
  problems.push(
    `ejection.ejectionMs: ${ejectionMs} is more than ejection.maxEjectionMs, ${maxEjectionMs}`,
  );
}
