import type { PoolSnapshot } from '../../../metrics/snapshot.js';
import { Availability, ServicePhase } from '../../management.contract.js';
import type { ServiceCells } from '../service/service-cells.js';
import { availabilityName, phaseName } from '../service/service-report.js';
import type { ServiceView } from '../service/service-view.js';
import type { CheckResult, ProbeCheck } from './probe-check.js';

/** Whether the instance is meant to get work: from shared memory, so at once, and while the loop is stuck. */
export class LifecycleCheck implements ProbeCheck {
  readonly name = 'lifecycle';
  readonly isPublic = true;

  constructor(private readonly cells: ServiceCells) {}

  run(): readonly CheckResult[] {
    const phase = phaseName(this.cells.phase);
    const availability = availabilityName(this.cells.wanted);
    const message = this.reason();
    const status = message === undefined ? 'up' : 'down';
    return [
      { key: 'lifecycle', status, details: { ...(message && { message }), phase, availability } },
    ];
  }

  private reason(): string | undefined {
    const { phase, wanted } = this.cells;
    if (phase === ServicePhase.Starting) return 'the service has not started yet';
    if (phase === ServicePhase.Stopped) return 'the service has stopped';
    if (phase === ServicePhase.Draining || wanted === Availability.Draining)
      return 'the service is draining';
    return wanted === Availability.Offline ? 'the service was taken offline' : undefined;
  }
}

/**
 * Whether the service has come up: bootstrapped, and every pool once had its minimum of connections, or
 * has all it can get while an endpoint is down. Once it was up it stays up: what is lost later is a matter
 * of readiness.
 */
export class StartupCheck implements ProbeCheck {
  readonly name = 'startup';
  readonly isPublic = true;
  private isUp = false;

  constructor(
    private readonly cells: ServiceCells,
    private readonly view: ServiceView,
  ) {}

  run(): readonly CheckResult[] {
    const reasons = this.isUp ? [] : this.reasons();
    this.isUp ||= reasons.length === 0;
    if (this.isUp) return [{ key: 'startup', status: 'up', details: {} }];
    return [{ key: 'startup', status: 'down', details: { message: reasons.join('; ') } }];
  }

  private reasons(): string[] {
    if (this.cells.phase === ServicePhase.Starting) return ['the service has not started yet'];
    const { picture } = this.view;
    if (picture === undefined) return ['nothing is known of the service yet'];
    const lacking = picture.pools.filter(isLacking).length;
    return lacking === 0 ? [] : [`${lacking} of ${picture.pools.length} pools lack connections`];
  }
}

function isLacking({ state }: PoolSnapshot): boolean {
  return state === 'starting' || state === 'unavailable';
}
