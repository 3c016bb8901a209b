import { judgePool } from '../../../health/pool-verdict.js';
import type { ServicePicture } from '../../management.contract.js';
import type { ServiceView } from '../service/service-view.js';
import type { CheckResult, ProbeCheck } from './probe-check.js';

/** Waiting calls from which on a pool is degraded. */
const DEGRADED_WAITERS = 1;

/** Whether the pools of the service can carry its calls, by the last picture. */
export class PoolCheck implements ProbeCheck {
  readonly name = 'pools';
  readonly isPublic = false;
  private judged:
    { readonly picture: ServicePicture; readonly results: readonly CheckResult[] } | undefined;

  constructor(
    private readonly view: ServiceView,
    private readonly minReadyConnections: number,
  ) {}

  run(only?: string): readonly CheckResult[] {
    const { picture } = this.view;
    const results = picture === undefined ? [] : this.resultsOf(picture);
    if (only === undefined) return results;
    const key = keyOf(only);
    const chosen = results.filter((result) => result.key === key);
    if (chosen.length > 0) return chosen;
    return [{ key, status: 'down', details: { message: 'there is no such pool' } }];
  }

  /** Judged once for each picture, however many ask. */
  private resultsOf(picture: ServicePicture): readonly CheckResult[] {
    if (this.judged?.picture === picture) return this.judged.results;
    const limits = {
      minReadyConnections: this.minReadyConnections,
      degradedWaiters: DEGRADED_WAITERS,
    };
    const results = picture.pools.map((pool) => {
      const { verdict, details } = judgePool(pool, limits);
      return { key: keyOf(pool.name), status: verdict, details: { ...details } };
    });
    this.judged = { picture, results };
    return results;
  }
}

function keyOf(pool: string): string {
  return `pool ${pool}`;
}
