import type { Choices } from '../balancing/p2c-picker.js';
import type { ResolvedOptions } from '../common/options.js';
import { choice, count, custom, durationMs, ratio } from '../common/options.js';

const HOUR_MS = 3_600_000;
const MAX_CLIENT_ID = 2 ** 31 - 1;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const isClientId = (value: unknown): boolean =>
  isText(value) ||
  (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_CLIENT_ID);

/** Which endpoint gets a call. */
export const balancingOptionTable = {
  policy: choice(
    ['p2c', 'peak-ewma', 'round-robin'],
    'p2c',
    'How an endpoint is chosen: by calls in flight, by latency and calls in flight, or each in turn.',
  ),
  choices: custom<Choices>({
    default: 2,
    unit: 'count',
    expected: '2, 3 or 5',
    description:
      'How many endpoints are drawn at random and compared. More are more even, and cost more.',
    accepts: (value) => value === 2 || value === 3 || value === 5,
  }),
  latencyDecayMs: durationMs(
    { default: 10_000, min: 100, max: HOUR_MS },
    'With `peak-ewma`: how long a slow answer is held against an endpoint; the past counts a third after it.',
  ),
  slowStartMs: durationMs(
    { default: 5_000, min: 0, max: HOUR_MS },
    'How long the share of a new or returned endpoint grows from a tenth to the whole, while others take the rest; 0 gives it all at once.',
  ),
  zone: custom<string | undefined>({
    default: undefined,
    unit: 'text',
    expected: 'a text',
    description: 'Where this client is. Endpoints of the same zone are preferred.',
    accepts: isText,
  }),
  zoneReadyRatio: ratio(
    { default: 0.7, min: 0, max: 1 },
    'The ready share of the own zone below which calls go to other zones as well, in proportion to what is missing.',
  ),
  zoneSpillPending: count(
    { default: 100, min: 0, max: 1_000_000 },
    'Calls in flight per endpoint of the own zone (and unit of weight) from which on all zones share the calls.',
  ),
  boundedLoadRatio: ratio(
    { default: 1.25, min: 1, max: 100 },
    'For calls with a `stickyKey`: how many times its share of the calls in flight an endpoint may have before the next one for the key is taken.',
  ),
  subsetSize: count(
    { default: 0, min: 0, max: 1_000_000 },
    'How many of all endpoints this client connects to; 0 for all. Needs `clientId`.',
  ),
  clientId: custom<number | string | undefined>({
    default: undefined,
    unit: 'number or text',
    expected: `a whole number from 0 to ${MAX_CLIENT_ID}, or a text`,
    description:
      'Which of the clients this is, for `subsetSize`: a number from 0 without gaps (the ordinal of the instance) spreads clients evenly, a text as evenly as chance.',
    accepts: isClientId,
  }),
};

export type BalancingOptions = ResolvedOptions<typeof balancingOptionTable>;

/** How the options of balancing fit together. */
export function checkBalancing(
  { subsetSize, clientId }: BalancingOptions,
  problems: string[],
): void {
  if (subsetSize > 0 && clientId === undefined) {
    problems.push(
      `balancing.clientId: it is missing, and balancing.subsetSize, ${subsetSize}, needs it`,
    );
  }
}
