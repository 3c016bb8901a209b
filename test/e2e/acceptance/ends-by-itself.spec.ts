import { describe, expect, it, onTestFinished } from 'vitest';
import { FaultProxy } from '../../support/fault-proxy.js';
import { until } from '../../support/until.js';
import type { LoadReport } from './fixtures/load.js';
import type { Residue } from './fixtures/residue.js';
import { AppProcess } from './support/app-process.js';
import { QUICK_RECONNECT, startService } from './support/services.js';

interface Closing {
  readonly before: Residue;
  readonly after: Residue;
}

const LOAD = { rounds: 6, atOnce: 90 };
const BY_ITSELF = { code: 0, signal: null };

async function startPair(service: 'plain' | 'hybrid', caller: 'gateway' | 'custom-class') {
  const server = await startService({ face: service });
  const proxy = await FaultProxy.open(Number(new URL(server.info.address).port));
  onTestFinished(() => proxy.close());
  const pool = { minConnections: 2, maxConnections: 4, highWatermark: 20, lowWatermark: 5 };
  const client = await AppProcess.start('caller', {
    face: caller,
    options: {
      endpoints: [proxy.address],
      whenUnavailable: 'wait',
      pool,
      reconnect: QUICK_RECONNECT,
    },
  });
  return { server, client, proxy };
}

/** Cuts all connections again and again until the load is done. */
async function cutWhile(proxy: FaultProxy, load: Promise<LoadReport>): Promise<LoadReport> {
  let isDone = false;
  void load.finally(() => (isDone = true)).catch(() => undefined);
  for (let cut = 0; cut < 5 && !isDone; cut++) {
    const seen = proxy.accepted;
    proxy.resetAll();
    await until(() => isDone || proxy.accepted > seen, 'the client connects again');
  }
  return load;
}

describe.each([
  { service: 'plain', caller: 'custom-class' },
  { service: 'hybrid', caller: 'gateway' },
] as const)('a $service service and a $caller client', ({ service, caller }) => {
  it('leave nothing behind after a load, and end by themselves', async () => {
    const { server, client, proxy } = await startPair(service, caller);
    const idle = server.descriptors();

    const calm = await client.ask<LoadReport>('load', LOAD);
    expect(Object.keys(calm).sort()).toEqual([
      'CANCELLED',
      'DEADLINE_EXCEEDED',
      'HANDLER_FAILED',
      'ok',
    ]);
    const rough = await cutWhile(proxy, client.ask<LoadReport>('load', LOAD));
    const sum = Object.values(rough).reduce((total, each) => total + each, 0);
    expect(sum).toBe(LOAD.rounds * LOAD.atOnce);

    const closing = await client.ask<Closing>('close');
    expect(closing.after).toEqual(closing.before);
    await expect(client.ended).resolves.toEqual(BY_ITSELF);

    await until(() => server.descriptors() === idle, 'the service has let go of its connections');
    const { after, before } = await server.ask<Closing>('close');
    expect(after).toEqual(before);
    await expect(server.ended).resolves.toEqual(BY_ITSELF);
  });

  it('end by themselves when the service goes first, and the client is still connected', async () => {
    const { server, client, proxy } = await startPair(service, caller);
    await client.ask('load', { rounds: 1, atOnce: 18 });

    const { after, before } = await server.ask<Closing>('close');
    expect(after).toEqual(before);
    await expect(server.ended).resolves.toEqual(BY_ITSELF);

    await until(() => proxy.openConnections === 0, 'the client has noticed');
    const closing = await client.ask<Closing>('close');
    expect(closing.after).toEqual(closing.before);
    await expect(client.ended).resolves.toEqual(BY_ITSELF);
  });
});
