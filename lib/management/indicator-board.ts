import type { Clock, Timer } from '../common/clock.js';
import type { IndicatorResult } from './management.contract.js';

/**
 * An indicator of the user's own: `() => this.database.pingCheck('database')`. It returns the result of a
 * Terminus indicator, or throws.
 */
export type IndicatorFunction = () =>
  Promise<Record<string, { status: string }>> | Record<string, { status: string }>;

/**
 * Asks the user's own indicators at intervals, each under a time limit, and keeps what they said: a probe
 * reads the last answer, so that a slow database cannot hold it.
 */
export class IndicatorBoard {
  private readonly indicators = new Map<string, IndicatorFunction>();
  private readonly lastResults = new Map<string, IndicatorResult>();
  private readonly addedAt = new Map<string, number>();
  private readonly running = new Set<string>();
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limits: { readonly timeoutMs: number; readonly intervalMs: number },
  ) {}

  /** @param name under which the probes show it; of two of one name the last counts */
  add(name: string, indicator: IndicatorFunction): void {
    this.indicators.set(name, indicator);
    this.addedAt.set(name, this.clock.wallNow());
  }

  start(): void {
    if (this.indicators.size > 0) this.askAll();
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** Of every indicator, in the order in which they were added; `pending` for one that has not answered yet. */
  results(): readonly IndicatorResult[] {
    return [...this.indicators.keys()].map((key) => this.lastResults.get(key) ?? this.pending(key));
  }

  private pending(key: string): IndicatorResult {
    const checkedAt = this.addedAt.get(key) ?? this.clock.wallNow();
    return { key, status: 'pending', details: {}, checkedAt };
  }

  private askAll(): void {
    for (const name of this.indicators.keys()) void this.ask(name);
    this.timer = this.clock.schedule(this.limits.intervalMs, () => this.askAll());
  }

  private async ask(name: string): Promise<void> {
    // One that never answers is not asked again and again.
    if (this.running.has(name)) return;
    this.running.add(name);
    const timer = this.clock.schedule(this.limits.timeoutMs, () =>
      this.note(name, 'down', { message: `no answer within ${this.limits.timeoutMs} ms` }),
    );
    try {
      const result = await this.indicators.get(name)?.();
      const [details = { status: 'up' }] = Object.values(result ?? {});
      this.note(name, statusOf(details.status), details);
    } catch (error) {
      this.note(name, 'down', { message: error instanceof Error ? error.message : 'it failed' });
    } finally {
      timer.cancel();
      this.running.delete(name);
    }
  }

  private note(
    key: string,
    status: IndicatorResult['status'],
    details: Readonly<Record<string, unknown>>,
  ): void {
    this.lastResults.set(key, {
      key,
      status,
      details: plain(details),
      checkedAt: this.clock.wallNow(),
    });
  }
}

function statusOf(status: string): IndicatorResult['status'] {
  return status === 'up' || status === 'degraded' ? status : 'down';
}

/** Only what survives the way to another thread. */
function plain(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(details);
  } catch {
    return { message: 'its details cannot be shown' };
  }
}
