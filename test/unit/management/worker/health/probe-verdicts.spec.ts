import { TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type {
  CheckName,
  CheckResult,
  ProbeCheck,
} from '../../../../../lib/management/worker/health/probe-check.js';
import { readProbeGroups } from '../../../../../lib/management/worker/health/probe-groups.js';
import { PROBE_PARTS } from '../../../../../lib/management/worker/health/probe-parts.js';
import { ProbeVerdicts } from '../../../../../lib/management/worker/health/probe-verdicts.js';

class FixedCheck implements ProbeCheck {
  constructor(
    readonly name: CheckName,
    readonly isPublic: boolean,
    public results: readonly CheckResult[],
  ) {}

  run(): readonly CheckResult[] {
    return this.results;
  }
}

const result = (key: string, status: CheckResult['status'], details = {}): CheckResult => ({
  key,
  status,
  details,
});

async function verdictsOf(...checks: ProbeCheck[]) {
  const lines: string[] = [];
  const log = { warn: (text: string) => lines.push(text) };
  const groups = readProbeGroups({ both: checks.map(({ name }) => name) });
  const module = await Test.createTestingModule({
    imports: [TerminusModule.forRoot({ logger: false })],
    providers: [ProbeVerdicts, { provide: PROBE_PARTS, useValue: { checks, groups, log } }],
  }).compile();
  onTestFinished(() => module.close());
  return { verdicts: module.get(ProbeVerdicts), lines };
}

describe('the verdict of a group', () => {
  it('is in the form of Terminus', async () => {
    const { verdicts } = await verdictsOf(
      new FixedCheck('loop', true, [result('loop', 'up', { silentMs: 3 })]),
      new FixedCheck('pools', false, [result('pool orders', 'down', { message: 'none ready' })]),
    );
    await expect(verdicts.judge('both', true)).resolves.toEqual({
      isFailed: true,
      result: {
        status: 'error',
        info: { loop: { status: 'up', silentMs: 3 } },
        error: { 'pool orders': { status: 'down', message: 'none ready' } },
        details: {
          loop: { status: 'up', silentMs: 3 },
          'pool orders': { status: 'down', message: 'none ready' },
        },
      },
    });
  });

  it('does not fail when something is degraded', async () => {
    const degraded = result('pool orders', 'degraded', { reasons: ['3 calls wait'] });
    const { verdicts } = await verdictsOf(new FixedCheck('pools', false, [degraded]));
    const { isFailed, result: found } = await verdicts.judge('both', true);
    expect([isFailed, found.status]).toEqual([false, 'degraded']);
    expect(found.details['pool orders']).toMatchObject({ reasons: ['3 calls wait'] });
  });

  it('shows to everybody what is public only, and counts the rest', async () => {
    const { verdicts } = await verdictsOf(
      new FixedCheck('loop', true, [result('loop', 'up')]),
      new FixedCheck('indicators', false, [result('loop', 'down', { message: 'secret' })]),
    );
    const { isFailed, result: found } = await verdicts.judge('both', false);
    expect(isFailed).toBe(true);
    expect(found).toEqual({
      status: 'error',
      info: { loop: { status: 'up' } },
      error: {},
      details: { loop: { status: 'up' } },
    });
  });

  it('keeps two things of one name apart', async () => {
    const { verdicts } = await verdictsOf(
      new FixedCheck('loop', true, [result('loop', 'up')]),
      new FixedCheck('indicators', false, [result('loop', 'down')]),
    );
    const { result: found } = await verdicts.judge('both', true);
    expect(Object.keys(found.details)).toEqual(['loop', 'loop (other)']);
  });

  it('is logged when it changes, with the reasons', async () => {
    const check = new FixedCheck('pools', false, [result('pool orders', 'up')]);
    const { verdicts, lines } = await verdictsOf(check);
    await verdicts.judge('both', true);
    check.results = [result('pool orders', 'down', { message: 'none ready' })];
    await verdicts.judge('both', true);
    await verdicts.judge('both', false);
    check.results = [];
    await verdicts.judge('both', true);
    expect(lines).toEqual([
      "health of 'both' is error, was ok, pool orders: none ready",
      "health of 'both' is ok, was error",
    ]);
  });

  it('knows its groups', async () => {
    const { verdicts } = await verdictsOf(new FixedCheck('loop', true, []));
    expect([verdicts.hasGroup('both'), verdicts.hasGroup('none')]).toEqual([true, false]);
  });
});
