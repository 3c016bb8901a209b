/** The management port of a real service, in each shape of a Nest application. */
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { seededRandom, randomInteger } from '../../../lib/common/random.js';
import type { RecordedEvent } from '../../../lib/management/management.contract.js';
import { until } from '../../support/until.js';
import type { FarewellMessage } from './fixtures/service.js';
import { Outcomes } from './support/outcomes.js';
import type { Service } from './support/services.js';
import { clientOf, startService } from './support/services.js';

const TOKEN = 'a-token-for-tests-only';
const MANAGEMENT = { port: 0, token: TOKEN, probes: { cacheMs: 0 } };
const CALLS = 1_000;
const MAX_WORK_MS = 2_000;
/** As promised 500 ms are; a machine that tests share may take longer to end a process. */
const EXIT_MS = 2_500;

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function ask({ info }: Service, path: string, method = 'GET'): Promise<Answer> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(`${info.management}${path}`, { method, headers });
  return { status: response.status, body: await response.json() };
}

const isReady = async (service: Service): Promise<boolean> =>
  (await ask(service, '/health/ready')).status === 200;

describe('the probes of a service', () => {
  it('leave no trace among the events, and in the counts of the server', async () => {
    const service = await startService({ management: MANAGEMENT });
    await until(() => isReady(service), 'it is ready');
    for (let probe = 0; probe < 5; probe++) expect(await isReady(service)).toBe(true);
    const client = clientOf([service]);
    await client.request('echo', 1);
    const serverOf = async () => (await ask(service, '/servers')).body.servers[0];
    await until(async () => (await serverOf()).accepted > 0, 'the client was seen', 5_000);
    expect(await serverOf()).toMatchObject({ accepted: 1, connections: 1 });
    const { events } = (await ask(service, '/diagnostics/events')).body;
    const names: string[] = events.map(({ source, name }: RecordedEvent) => `${source} ${name}`);
    expect(names.filter((name) => name.startsWith('server 0 connection'))).toEqual([
      'server 0 connectionOpened',
    ]);
  });

  it('go through the HTTP server of an application that has no other', async () => {
    const service = await startService({ face: 'http', management: MANAGEMENT });
    await until(() => isReady(service), 'it is ready');
    const { body } = await ask(service, '/health/ready');
    expect(body.details.http).toMatchObject({ status: 'up', roundTripMs: expect.any(Number) });
    expect(body.details.http.addresses[0]).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  });

  it('go through both servers of a hybrid application', async () => {
    const service = await startService({ face: 'hybrid', management: MANAGEMENT });
    // HTTP listens last.
    const isSeen = async () =>
      (await ask(service, '/health/ready')).body.details.http !== undefined;
    await until(isSeen, 'both are seen', 5_000);
    const { body } = await ask(service, '/health/ready');
    expect(body.details).toMatchObject({ http: { status: 'up' }, 'server 0': { status: 'up' } });
  });
});

/** A port of the range from which the system takes those of outgoing connections. */
async function ephemeralPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

it.runIf(process.platform === 'linux')(
  'advice speaks of the port and the backlog of the server as configured',
  async () => {
    const port = await ephemeralPort();
    const listen = `tcp://127.0.0.1:${port}`;
    const options = { listen, backlog: 65_535 };
    const service = await startService({ options, management: MANAGEMENT });
    const adviceOf = async (): Promise<readonly Record<string, string>[]> =>
      (await ask(service, '/diagnostics/advice')).body.advice;
    const about = async (setting: string) =>
      (await adviceOf()).find((each) => each.setting === setting);
    const isKnown = async () => (await about('net.ipv4.ip_local_port_range')) !== undefined;
    await until(isKnown, 'the port is spoken of');
    expect((await about('net.ipv4.ip_local_port_range'))?.seen).toContain(
      `with port ${port} of server 0 in it`,
    );
    const somaxconn = readFileSync('/proc/sys/net/core/somaxconn', 'utf8').trim();
    const backlog = await about('net.core.somaxconn');
    expect(backlog).toMatchObject({ seen: somaxconn, recommended: '65535 or more' });
    await until(() => service.output.includes('net.core.somaxconn is'), 'it is logged', 5_000);
  },
);

describe.each([
  { face: 'plain', signals: 'nest', ending: { code: null, signal: 'SIGTERM' } },
  { face: 'hybrid', signals: 'nest', ending: { code: null, signal: 'SIGTERM' } },
  { face: 'plain', signals: 'own', ending: { code: 0, signal: null } },
  { face: 'hybrid', signals: 'own', ending: { code: 0, signal: null } },
] as const)('SIGTERM, $face, handled by $signals, with management alone', (shape) => {
  const { face, signals, ending } = shape;

  it(`completes ${CALLS} calls of up to ${MAX_WORK_MS} ms, and ends soon after the last`, async () => {
    const service = await startService({ face, signals, management: MANAGEMENT });
    const client = clientOf([service], { pool: { maxConnections: 4 } });
    await client.connect();
    const random = seededRandom(7);
    const outcomes = new Outcomes();
    for (let id = 0; id < CALLS; id++)
      outcomes.add(id, client.request('work', { id, ms: randomInteger(random, MAX_WORK_MS + 1) }));
    const inFlight = async () => (await service.ask<{ begun: number[] }>('ledger')).begun.length;
    await until(async () => (await inFlight()) === CALLS, 'all calls have begun');

    const heard = service.hear<FarewellMessage>((message) => 'farewell' in (message as object));
    const goneAway = new Promise<void>((resolve) => {
      client.pool.on('connectionDraining', () => resolve());
    });
    service.kill('SIGTERM');
    await goneAway;
    expect(await isReady(service), 'readiness has failed by the go-away').toBe(false);
    const late = client.request('work', { id: CALLS, ms: 0 }, { deadlineMs: 500 });
    await expect(late).rejects.toMatchObject({ processed: 'no' });
    await outcomes.all();
    const settledAt = performance.now();
    const { farewell } = await heard;
    await expect(service.ended).resolves.toEqual(ending);

    expect(performance.now() - settledAt).toBeLessThan(EXIT_MS);
    expect(outcomes.counts).toEqual({ ok: CALLS });
    expect(farewell.begun).toHaveLength(CALLS);
    expect(farewell.orphaned).toEqual([]);
  });
});
