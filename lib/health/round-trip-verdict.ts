import type { Verdict } from './verdict.js';

/** What came of asking one endpoint for a sign of life. */
export type RoundTrip =
  | { readonly endpoint: string; readonly roundTripMs: number }
  | { readonly endpoint: string; readonly failure: string };

export interface RoundTripVerdict {
  readonly verdict: Verdict;
  readonly details: {
    /** Of the slowest endpoint that answered; `undefined` when none did. */
    readonly roundTripMs: number | undefined;
    readonly answered: number;
    readonly asked: number;
    /** Why endpoints did not answer, the first few. */
    readonly failures: readonly string[];
  };
}

const MAX_NAMED = 5;

/** `up` when all answered, `degraded` when some did, `down` when none did or there was none to ask. */
export function judgeRoundTrips(roundTrips: readonly RoundTrip[]): RoundTripVerdict {
  const times = roundTrips.flatMap((each) => ('roundTripMs' in each ? [each.roundTripMs] : []));
  const failures = roundTrips.flatMap((each) =>
    'failure' in each ? [`${each.endpoint}: ${each.failure}`] : [],
  );
  const isDown = times.length === 0;
  return {
    verdict: isDown ? 'down' : failures.length > 0 ? 'degraded' : 'up',
    details: {
      roundTripMs: isDown ? undefined : Math.max(...times),
      answered: times.length,
      asked: roundTrips.length,
      failures: failures.slice(0, MAX_NAMED),
    },
  };
}
