import type { EjectionRules } from '../balancing/outlier-ejection.js';
import {
  causeOfRow,
  isFailedProbation,
  isPanic,
  successRateOutliers,
} from '../balancing/outlier-ejection.js';
import type { Clock } from '../common/clock.js';
import type { Random } from '../common/random.js';
import { resolveOptions } from '../common/options.js';
import type { EjectionOptions } from './ejection-options.js';
import { ejectionOptionTable } from './ejection-options.js';
import type { HealthOwner, HealthSubject } from './endpoint-health.js';
import { EndpointHealth } from './endpoint-health.js';
import type { PoolReporter } from './pool-reporter.js';

export interface EjectionJudgeDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly reporter: Pick<PoolReporter, 'ejected' | 'readmitted'>;
}

/** What holds for the health of endpoints where nothing is ejected. */
const DEFAULTS = resolveOptions(ejectionOptionTable, {}, []);

/** Compares the endpoints of a pool, and ejects those that are worse than the others. */
export class EjectionJudge implements HealthOwner {
  readonly #dependencies: EjectionJudgeDependencies;
  readonly #options: EjectionOptions;
  readonly #rules: EjectionRules | undefined;
  /** Of the endpoints that discovery names. */
  #watched: readonly EndpointHealth[] = [];
  #isPanic = false;
  #rotatedAt: number;

  /** @param options `false`: nothing is ever ejected */
  constructor(options: EjectionOptions | false, dependencies: EjectionJudgeDependencies) {
    this.#dependencies = dependencies;
    this.#options = options === false ? DEFAULTS : options;
    this.#rules = options === false ? undefined : options;
    this.#rotatedAt = dependencies.clock.now();
  }

  get consecutiveFailures(): number {
    return this.#rules?.consecutiveFailures ?? Number.POSITIVE_INFINITY;
  }

  get isPanic(): boolean {
    return this.#isPanic;
  }

  /** Begins to watch an endpoint. */
  watch(subject: HealthSubject): EndpointHealth {
    const { clock, random } = this.#dependencies;
    const health = new EndpointHealth(subject, this, { clock, random, options: this.#options });
    this.#watched = [...this.#watched, health];
    return health;
  }

  /** Looks at what time has brought. Called once a second. */
  look(): void {
    if (this.#rules === undefined) return;
    for (const each of successRateOutliers(this.#watched, this.#rules)) each.eject('successRate');
    const now = this.#dependencies.clock.now();
    if (now - this.#rotatedAt < this.#options.windowMs) return;
    this.#rotatedAt = now;
    for (const each of this.#watched) each.rotate();
  }

  /** Endpoints came, went, or can be reached again, or no longer. */
  reconsider(): void {
    const healthy = this.#watched.filter(isHealthy).length;
    this.#isPanic = isPanic(healthy, this.#watched.length, this.#options.panicRatio);
  }

  onFailing(health: EndpointHealth): void {
    if (this.#rules === undefined) return;
    const cause = causeOfRow(health, this.#watched, this.#rules);
    if (cause !== undefined) health.eject(cause);
  }

  isWorse(health: EndpointHealth, failures: number): boolean {
    return isFailedProbation(health, this.#watched, failures);
  }

  onEjected(health: EndpointHealth): void {
    this.reconsider();
    this.#dependencies.reporter.ejected(health);
  }

  onReadmitted(health: EndpointHealth): void {
    this.reconsider();
    this.#dependencies.reporter.readmitted(health);
  }

  onDisposed(health: EndpointHealth): void {
    this.#watched = this.#watched.filter((each) => each !== health);
    this.reconsider();
  }
}

function isHealthy({ isEjected, subject }: EndpointHealth): boolean {
  const { readyCount, reconnectState } = subject;
  // One that nobody has asked for yet is well, as far as anybody knows.
  const isLost = reconnectState.failures > 0 || reconnectState.dueInMs !== undefined;
  return !isEjected && (readyCount > 0 || !isLost);
}
