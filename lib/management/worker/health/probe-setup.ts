import type { Clock } from '../../../common/clock.js';
import type { WorkerOptions } from '../../management.contract.js';
import type { PictureRefresh } from '../service/picture-refresh.js';
import type { ServiceCells } from '../service/service-cells.js';
import type { ServiceLoop } from '../service/service-loop.js';
import type { ServiceView } from '../service/service-view.js';
import { HttpCheck } from './http-check.js';
import { makeHttpRoundTrip } from './http-round-trip.js';
import { IndicatorCheck } from './indicator-check.js';
import { LifecycleCheck, StartupCheck } from './lifecycle-checks.js';
import { LagCheck, LoopCheck } from './loop-checks.js';
import { PoolCheck } from './pool-check.js';
import { readProbeGroups } from './probe-groups.js';
import type { ProbeParts } from './probe-parts.js';
import { RoundTripCache } from './round-trip-cache.js';
import { makeRoundTrip } from './round-trip.js';
import { ServerCheck } from './server-check.js';

export interface ProbeSources {
  readonly cells: ServiceCells;
  readonly view: ServiceView;
  readonly loop: ServiceLoop;
  readonly clock: Clock;
  readonly refresh: PictureRefresh;
  readonly probeName: string;
}

/**
 * All checks, and the groups as configured.
 *
 * @throws Error for groups of checks that there are none of
 */
export function createProbes(
  { cells, view, loop, clock, refresh, probeName }: ProbeSources,
  probes: WorkerOptions['probes'],
  log: ProbeParts['log'],
): ProbeParts {
  const { liveStuckMs, readyLagMs, cacheMs, acceptTimeoutMs: timeoutMs } = probes;
  const roundTrips = new RoundTripCache({
    ...{ loop, clock, cacheMs, timeoutMs },
    roundTrip: (target, limitMs) => makeRoundTrip(target, { timeoutMs: limitMs, clock, probeName }),
  });
  const httpTrips = new RoundTripCache({
    ...{ loop, clock, cacheMs, timeoutMs },
    roundTrip: (target, limitMs) => makeHttpRoundTrip(target, { timeoutMs: limitMs, clock }),
  });
  return {
    checks: [
      new LoopCheck(loop, liveStuckMs),
      new LagCheck(loop, readyLagMs),
      new LifecycleCheck(cells),
      new StartupCheck(cells, view),
      new ServerCheck(view, roundTrips, refresh, new HttpCheck(httpTrips)),
      new PoolCheck(view, probes.minReadyConnections),
      new IndicatorCheck(view, refresh, clock, probes),
    ],
    groups: readProbeGroups(probes.groups),
    log,
  };
}
