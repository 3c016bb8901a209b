import { describe, expect, it } from 'vitest';
import type { RoundTrip } from '../../../../../lib/management/worker/health/round-trip.js';
import { HttpCheck } from '../../../../../lib/management/worker/health/http-check.js';
import { ServerCheck } from '../../../../../lib/management/worker/health/server-check.js';
import type { AcceptorSnapshot } from '../../../../../lib/metrics/snapshot.js';
import { acceptorSnapshot } from '../../../../support/snapshots.js';
import { WatchedService } from '../../../../support/watched-service.js';

const UP: RoundTrip = { status: 'up', roundTripMs: 1, loopLagMs: 0 };
const DOWN: RoundTrip = { status: 'down', message: 'refused' };

function checked(
  trips: Readonly<Record<string, RoundTrip>>,
  ...servers: Partial<AcceptorSnapshot>[]
) {
  const service = new WatchedService();
  const asked: string[] = [];
  const ask = (address: string) => {
    asked.push(address);
    return Promise.resolve(trips[address] ?? DOWN);
  };
  const show = () =>
    service.show({
      servers: servers.map((each, index) => ({
        ...acceptorSnapshot(each),
        name: `server ${index}`,
        patterns: [],
      })),
    });
  let refreshes = 0;
  const refresh = () => {
    refreshes++;
    return Promise.resolve();
  };
  const check = new ServerCheck(service.view, { ask }, { refresh }, new HttpCheck({ ask }));
  return { show, asked, check, refreshes: () => refreshes };
}

describe('the check of the servers', () => {
  it('is a round trip through each of their ports', async () => {
    const { check, show } = checked(
      { 'tcp://127.0.0.1:4000': UP },
      {},
      { addresses: ['tcp://127.0.0.1:1'] },
    );
    show();
    await expect(check.run()).resolves.toMatchObject([
      {
        key: 'server 0',
        status: 'up',
        details: { roundTripMs: 1, loopLagMs: 0, state: 'listening' },
      },
      { key: 'server 1', status: 'down', details: { message: 'refused' } },
    ]);
  });

  it('is degraded where one of several addresses answers', async () => {
    const addresses = ['tcp://127.0.0.1:4000', 'unix:/run/x.sock'];
    const { check, show } = checked({ [addresses[0]!]: UP }, { addresses });
    show();
    await expect(check.run()).resolves.toMatchObject([
      { status: 'degraded', details: { message: 'refused' } },
    ]);
  });

  it.each([
    ['idle', 'it does not listen yet'],
    ['draining', 'it is draining'],
    ['closed', 'it is closed'],
  ] as const)('does not ask a server that is %s', async (state, message) => {
    const { check, show, asked, refreshes } = checked({}, { state });
    show();
    await expect(check.run()).resolves.toMatchObject([{ status: 'down', details: { message } }]);
    expect(asked).toEqual([]);
    expect(refreshes(), 'it may listen by now').toBe(state === 'idle' ? 1 : 0);
  });

  it('has nothing against a service without servers, once it is known', async () => {
    const { check, show } = checked({});
    await expect(check.run()).resolves.toMatchObject([{ key: 'servers', status: 'down' }]);
    show();
    await expect(check.run()).resolves.toMatchObject([{ key: 'servers', status: 'up' }]);
    await expect(check.run('0')).resolves.toMatchObject([{ key: 'server 0', status: 'down' }]);
  });

  it('speaks of a single one', async () => {
    const { check, show } = checked({ 'tcp://127.0.0.1:4000': UP }, {}, {});
    show();
    await expect(check.run('1')).resolves.toMatchObject([{ key: 'server 1', status: 'up' }]);
  });
});
