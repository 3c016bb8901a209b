import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { choice, custom, durationMs, ratio } from '../common/options.js';
import type { Endpoint, EndpointInput } from './endpoint.js';

const HOUR_MS = 3_600_000;

/** When a source is asked, and what its answers count for. */
export const pollingOptionTable = {
  intervalMs: durationMs(
    { default: 30_000, min: 10, max: HOUR_MS },
    'How long an answer is good, unless it says itself that it is good for less; then the source is asked again.',
  ),
  minIntervalMs: durationMs(
    { default: 1_000, min: 10, max: HOUR_MS },
    'The shortest time between two questions, also after lost connections and failed look-ups. Must not be more than `intervalMs`.',
  ),
  timeoutMs: durationMs(
    { default: 5_000, min: 10, max: 120_000 },
    'How long a look-up may take before it counts as failed.',
  ),
  jitterRatio: ratio(
    { default: 0.1, min: 0, max: 0.5 },
    'By how much a wait is shortened at random, so that many clients do not ask in one moment.',
  ),
  whenEmpty: choice(
    ['keep', 'accept'],
    'keep',
    'What an answer without endpoints is: a failed look-up, after which the last set stays, or the news that there are none.',
  ),
};

export type PollingOptions = ResolvedOptions<typeof pollingOptionTable>;

/** What a source answers. */
export interface EndpointsAnswer {
  readonly endpoints: readonly (string | EndpointInput | Endpoint)[];
  /** How long the answer is good, in ms, where that is known; kept within `minIntervalMs` and `intervalMs`. */
  readonly validForMs?: number | undefined;
  /** Why there is no endpoint, for the error that an empty answer is. */
  readonly emptyReason?: Error | undefined;
}

/**
 * Asks the source once. Whatever it throws or rejects with is a failed look-up.
 *
 * @param signal fires when nobody waits for the answer any more: stopped, or out of time
 */
export type LoadEndpoints = (
  signal: AbortSignal,
) => Promise<readonly (string | EndpointInput)[] | EndpointsAnswer>;

/** Everything a {@link PollingDiscovery} may be configured with. */
export const pollingDiscoveryOptionTable = {
  name: custom<string>({
    default: 'polling',
    unit: 'text',
    expected: 'a text of 1 to 300 characters',
    description: 'Names the source in snapshots, errors and logs.',
    accepts: (value) => typeof value === 'string' && value.length > 0 && value.length <= 300,
  }),
  load: custom<LoadEndpoints | undefined>({
    default: undefined,
    unit: 'function',
    expected: 'a function that returns endpoints, or a promise of them',
    description: 'Asks the source once.',
    accepts: (value) => typeof value === 'function',
  }),
  ...pollingOptionTable,
};

export type PollingDiscoveryOptions = OptionsInput<typeof pollingDiscoveryOptionTable> & {
  readonly load: LoadEndpoints;
};

/** What a single option cannot know: how options fit together. */
export function checkPolling(
  { intervalMs, minIntervalMs }: Pick<PollingOptions, 'intervalMs' | 'minIntervalMs'>,
  problems: string[],
  path = '',
): void {
  if (minIntervalMs <= intervalMs) return;
  problems.push(
    `${path}minIntervalMs: ${minIntervalMs} is more than ${path}intervalMs, ${intervalMs}`,
  );
}
