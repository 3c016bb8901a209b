import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { until } from '../../support/until.js';
import type { LedgerEntries } from './fixtures/work.controller.js';
import { Outcomes } from './support/outcomes.js';
import type { Service } from './support/services.js';
import { clientOf, startService } from './support/services.js';
import { Traffic } from './support/traffic.js';

const SEED = 4;
const CALLS = 500;
const WORK = { perTurn: 2, maxWorkMs: 50 };
/** The first id of the calls that may run twice. */
const REPEATABLE = 1_000_000;

async function ledgerOf(service: Service): Promise<LedgerEntries> {
  return service.ask<LedgerEntries>('ledger');
}

/** So many calls that the service works on and does not answer. */
async function hang(service: Service, client: ReturnType<typeof clientOf>): Promise<Outcomes> {
  const outcomes = new Outcomes();
  for (let id = 0; id < CALLS; id++) outcomes.add(id, client.request('hang', id));
  await until(async () => (await ledgerOf(service)).begun.length === CALLS, 'all have begun');
  return outcomes;
}

async function elapsed(wait: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await wait;
  return performance.now() - start;
}

describe('a killed process', () => {
  it('settles all calls in flight at once, as lost and perhaps processed', async () => {
    const service = await startService();
    const client = clientOf([service]);
    const outcomes = await hang(service, client);

    service.kill('SIGKILL');
    const ms = await elapsed(outcomes.all());

    // 200 ms are promised, on a machine that does nothing else.
    expect(ms).toBeLessThan(1_000);
    expect(outcomes.counts).toEqual({ 'CONNECTION_LOST maybe': CALLS });
    for (const error of outcomes.failed.values()) {
      expect(error.retryable).toBe(false);
      expect(error.message).toContain(service.info.address.slice('tcp://'.length));
    }
  });

  it('has not run those that were never written, and it says so', async () => {
    const service = await startService();
    const client = clientOf([service], { acquireTimeoutMs: 100, whenUnavailable: 'wait' });
    await client.request('echo', 1);
    service.kill('SIGKILL');
    await service.ended;
    await until(() => !client.pool.isReady, 'the client has noticed');

    const outcomes = new Outcomes();
    for (let id = 0; id < CALLS; id++) outcomes.add(id, client.request('who', id));
    await outcomes.all();
    expect(outcomes.counts).toEqual({ 'ACQUIRE_TIMEOUT no': CALLS });
  });
});

describe('a stopped process', () => {
  const heartbeat = { intervalMs: 300, misses: 2 };

  it('is noticed within (misses + 1) × interval, and its calls are settled', async () => {
    const service = await startService();
    const client = clientOf([service], { heartbeat });
    const outcomes = await hang(service, client);

    service.kill('SIGSTOP');
    const ms = await elapsed(outcomes.all());

    // One interval more for a machine that is busy with other tests.
    expect(ms).toBeLessThan((heartbeat.misses + 2) * heartbeat.intervalMs);
    expect(outcomes.counts).toEqual({ 'HEARTBEAT_TIMEOUT maybe': CALLS });
    expect(client.pool.snapshot().closes.active.heartbeat).toBe(1);
  });

  it('is used again after it continued', async () => {
    const service = await startService();
    const client = clientOf([service], { heartbeat, connectTimeoutMs: 200 });
    const outcomes = await hang(service, client);
    service.kill('SIGSTOP');
    await outcomes.all();

    service.kill('SIGCONT');
    const isBack = async (): Promise<boolean> =>
      client.request('who', 1, { deadlineMs: 500 }).then(Boolean, () => false);
    await until(isBack, 'the service answers again');
    await until(async () => (await ledgerOf(service)).aborted === CALLS, 'its old work has ended');
  });
});

describe('one of two instances, killed under load', () => {
  it('loses only the calls in flight on it, none that may run twice, and is used again', async () => {
    const [doomed, other] = await Promise.all([startService(), startService()]);
    const client = clientOf([doomed, other]);
    const once = new Traffic(client, seededRandom(SEED), WORK).start();
    const repeatable = new Traffic(client, seededRandom(SEED), {
      ...WORK,
      idempotent: true,
      firstId: REPEATABLE,
    }).start();
    await until(() => once.outcomes.settled > 100, 'traffic flows');

    doomed.kill('SIGKILL');
    await doomed.ended;
    const { made } = once.outcomes;
    await until(() => once.outcomes.settled > made + 200, 'the other instance serves');
    const renewed = await startService({ options: { listen: doomed.info.address } });
    const isServing = async (): Promise<boolean> => (await ledgerOf(renewed)).begun.length > 50;
    await until(isServing, 'the pool has returned to the instance');
    await Promise.all([once.stop(), repeatable.stop()]);

    const { succeeded } = repeatable.outcomes;
    expect(repeatable.outcomes.counts).toEqual({ ok: succeeded.size });
    const lost = [...once.outcomes.failed.keys()];
    expect(once.outcomes.counts).toEqual({ ok: once.outcomes.succeeded.size, ...lostCount(lost) });
    // None of them can have been in flight anywhere else, and all were made before the end was noticed.
    const atOther = new Set((await ledgerOf(other)).begun);
    expect(lost.filter((id) => atOther.has(id))).toEqual([]);
    expect(lost.filter((id) => id > made + WORK.perTurn)).toEqual([]);
  });
});

function lostCount(lost: readonly number[]): Record<string, number> {
  return lost.length === 0 ? {} : { 'CONNECTION_LOST maybe': lost.length };
}
