import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { until } from '../../support/until.js';
import type { FarewellMessage } from './fixtures/service.js';
import type { LedgerEntries } from './fixtures/work.controller.js';
import type { Service } from './support/services.js';
import { clientOf, startService } from './support/services.js';
import { Traffic } from './support/traffic.js';

const SEED = 2;
const WORK = { perTurn: 1, maxWorkMs: 1_000 };
const QUICK_WORK = { perTurn: 2, maxWorkMs: 20 };

/** Asks a service to end, and waits for its last word. */
async function terminate(service: Service): Promise<LedgerEntries> {
  const heard = service.hear<FarewellMessage>((message) => 'farewell' in (message as object));
  service.kill('SIGTERM');
  const { farewell } = await heard;
  return farewell;
}

const ascending = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);

describe.each([
  // Nest ends the process with the signal that began the shutdown.
  { face: 'plain', signals: 'nest', ending: { code: null, signal: 'SIGTERM' } },
  { face: 'hybrid', signals: 'nest', ending: { code: null, signal: 'SIGTERM' } },
  { face: 'plain', signals: 'own', ending: { code: 0, signal: null } },
  { face: 'hybrid', signals: 'own', ending: { code: 0, signal: null } },
] as const)('SIGTERM under load, $face, handled by $signals', ({ face, signals, ending }) => {
  it('loses no call, begins none after the go-away, and destroys no provider under a handler', async () => {
    const service = await startService({ face, signals });
    const client = clientOf([service], { acquireTimeoutMs: 300 });
    let madeBeforeGoAway = Number.POSITIVE_INFINITY;
    const traffic = new Traffic(client, seededRandom(SEED), WORK).start();
    const { outcomes } = traffic;
    client.pool.on('connectionDraining', () => (madeBeforeGoAway = outcomes.made));
    await until(() => outcomes.settled > 30, 'traffic flows');

    const ending$ = terminate(service);
    await until(() => outcomes.made > madeBeforeGoAway + 50, 'calls after the go-away');
    await traffic.stop();
    const ledger = await ending$;

    expect(ascending(ledger.begun)).toEqual(ascending([...outcomes.succeeded.keys()]));
    expect(ascending(ledger.ended)).toEqual(ascending(ledger.begun));
    expect(ledger.orphaned).toEqual([]);
    for (const error of outcomes.failed.values())
      expect(error).toMatchObject({ name: 'SocketPoolError', processed: 'no', retryable: true });
    expect(Math.max(...ledger.begun)).toBeLessThan(madeBeforeGoAway);
    expect(outcomes.failed.size).toBeGreaterThanOrEqual(50);
    await expect(service.ended).resolves.toEqual(ending);
  });
});

describe('a rolling restart of two instances', () => {
  it('fails no call', async () => {
    const [first, second] = await Promise.all([startService(), startService()]);
    const client = clientOf([first, second]);
    const traffic = new Traffic(client, seededRandom(SEED), QUICK_WORK).start();
    const { outcomes } = traffic;
    await until(() => outcomes.settled > 100, 'traffic flows');

    for (const old of [first, second]) {
      await terminate(old);
      await old.ended;
      const made = outcomes.made;
      const renewed = await startService({ options: { listen: old.info.address } });
      await until(() => outcomes.settled > made + 100, 'the other instance serves');
      const begun = async () => (await renewed.ask<LedgerEntries>('ledger')).begun.length;
      await until(async () => (await begun()) > 50, 'the pool has returned to the instance');
    }

    const { failed, succeeded, made } = await traffic.stop();
    expect([...failed.values()]).toEqual([]);
    expect(succeeded.size).toBe(made);
  });
});
