import type { IndicatorResult, WorkerOptions } from '../../management.contract.js';
import type { PictureRefresh } from '../service/picture-refresh.js';
import type { ServiceView } from '../service/service-view.js';
import type { WorkerClock } from '../worker-clock.js';
import type { CheckResult, ProbeCheck } from './probe-check.js';

/** So many intervals without a new answer, and an answer is stale. */
const STALE_INTERVALS = 2;
/** Terminus keeps this name for itself. */
const RESERVED = 'status';

const PENDING = { isPending: true, message: 'it has not answered yet' };

/**
 * The user's own indicators, as the service's thread found them last. They run there at intervals, each
 * under a time limit, so that a slow database holds no probe; an answer that is old says so.
 */
export class IndicatorCheck implements ProbeCheck {
  readonly name = 'indicators';
  readonly isPublic = false;
  private readonly staleMs: number;

  constructor(
    private readonly view: ServiceView,
    private readonly refresh: Pick<PictureRefresh, 'refresh'>,
    private readonly clock: WorkerClock,
    probes: Pick<WorkerOptions['probes'], 'indicatorIntervalMs' | 'indicatorTimeoutMs'>,
  ) {
    this.staleMs = STALE_INTERVALS * probes.indicatorIntervalMs + probes.indicatorTimeoutMs;
  }

  async run(only?: string): Promise<readonly CheckResult[]> {
    // The first answer may be there: the start of a service should be seen at once.
    if (this.indicators.some(({ status }) => status === 'pending')) await this.refresh.refresh();
    const { indicators } = this;
    if (only === undefined) return indicators.map((each) => this.judge(each));
    const chosen = indicators.filter(({ key }) => key === only);
    if (chosen.length > 0) return chosen.map((each) => this.judge(each));
    return [{ key: only, status: 'down', details: { message: 'there is no such indicator' } }];
  }

  private get indicators(): readonly IndicatorResult[] {
    return this.view.picture?.indicators ?? [];
  }

  private judge({ key, status, details, checkedAt }: IndicatorResult): CheckResult {
    const ageMs = Math.max(this.clock.wallNow() - checkedAt, 0);
    if (status === 'pending') return { key, status: 'down', details: { ...PENDING, ageMs } };
    const { [RESERVED]: _, ...own } = details;
    if (ageMs <= this.staleMs) return { key, status, details: { ...own, ageMs } };
    const stale = { ...own, ageMs, isStale: true, message: `its last answer is ${ageMs} ms old` };
    return { key, status: status === 'up' ? 'degraded' : status, details: stale };
  }
}
