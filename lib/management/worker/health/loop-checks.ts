import { BEAT_INTERVAL_MS } from '../../management.contract.js';
import type { ServiceLoop } from '../service/service-loop.js';
import type { CheckResult, ProbeCheck } from './probe-check.js';

/** Whether the loop is stuck: the one reason for which a restart helps. No dependency can fail it. */
export class LoopCheck implements ProbeCheck {
  readonly name = 'loop';
  readonly isPublic = true;

  constructor(
    private readonly loop: ServiceLoop,
    private readonly limitMs: number,
  ) {}

  run(): readonly CheckResult[] {
    const silentMs = Math.round(this.loop.silentMs);
    const { limitMs } = this;
    if (silentMs <= limitMs) return [{ key: 'loop', status: 'up', details: { silentMs, limitMs } }];
    const message = `the service's event loop has been stuck for ${silentMs} ms, more than ${limitMs} ms`;
    return [{ key: 'loop', status: 'down', details: { message, stuckMs: silentMs, limitMs } }];
  }
}

/** Whether the loop runs so late that the service should get no work now. */
export class LagCheck implements ProbeCheck {
  readonly name = 'lag';
  readonly isPublic = true;

  constructor(
    private readonly loop: ServiceLoop,
    private readonly limitMs: number,
  ) {}

  run(): readonly CheckResult[] {
    const lagMs = Math.max(Math.round(this.loop.silentMs) - BEAT_INTERVAL_MS, 0);
    const { limitMs } = this;
    if (lagMs <= limitMs) return [{ key: 'lag', status: 'up', details: { lagMs, limitMs } }];
    const message = `the service's event loop is ${lagMs} ms late, more than ${limitMs} ms`;
    return [{ key: 'lag', status: 'down', details: { message, lagMs, limitMs } }];
  }
}
