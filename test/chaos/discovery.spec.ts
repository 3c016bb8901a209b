import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { NameServerResolver } from '../../lib/discovery/name-server-resolver.js';
import { clientOf } from '../e2e/acceptance/support/services.js';
import { NameServer } from '../support/name-server.js';
import { until } from '../support/until.js';
import { inFull, isFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const HOST = 'orders.test';
const RATE = inFull(800, 300);
const STEP_MS = inFull(2_000, 700);
const OUTAGE_MS = inFull(5_000, 1_000);
const PROMISE =
  'DNS from A to A, B to B, and a 5 s outage of the resolver: traffic follows, nothing fails';

// At short length, test/integration/pool/dns-discovery.spec.ts does the same.
it.runIf(isFull)(
  'traffic follows the name, also through an outage of the name server',
  async () => {
    const names = await NameServer.open();
    onTestFinished(() => names.close());
    // The same port at two addresses, as instances behind one name have.
    const a = await Cluster.start(1, { server: { listen: 'tcp://127.0.0.1:0' } });
    const port = a.portOf(0);
    const b = await Cluster.start(1, { server: { listen: `tcp://127.0.0.2:${port}` } });
    names.hosts.set(HOST, ['127.0.0.1']);
    const client = clientOf([], {
      endpoints: [`tcp://${HOST}:${port}`],
      dns: {
        intervalMs: 200,
        minIntervalMs: 50,
        timeoutMs: 300,
        resolver: new NameServerResolver({ servers: [names.address] }),
      },
    });
    await client.connect();
    const load = new PacedLoad(client, { perSecond: RATE, ms: 2 }).start();
    const pids = { a: a.instances[0]!.pid, b: b.instances[0]!.pid };
    const shareOf = (pid: number, since: number): number =>
      load.history.between(since, Infinity).percentOf(pid);

    await sleep(STEP_MS);
    names.hosts.set(HOST, ['127.0.0.1', '127.0.0.2']);
    await until(() => shareOf(pids.b, 0) > 0, 'B is called as well');
    await sleep(STEP_MS);
    names.hosts.set(HOST, ['127.0.0.2']);
    await until(() => client.pool.snapshot().endpoints.length === 1, 'A is gone');
    const goneAt = performance.now();
    names.mood = 'silent';
    await sleep(OUTAGE_MS);
    const shareOfA = shareOf(pids.a, goneAt);
    names.mood = 'answering';
    await sleep(STEP_MS / 2);
    const history = await load.stop();

    const scenario = `A → A, B → B, then ${OUTAGE_MS} ms without a name server, ${RATE} calls/s`;
    const none = { atMost: 0, loose: 0 };
    measure({ promise: PROMISE, scenario: `${scenario}: failed calls` }, history.failed.size, none);
    measure({ promise: PROMISE, scenario: `${scenario}: calls to A after it was gone` }, shareOfA, {
      ...none,
      unit: ' %',
    });
    const last = history.between(goneAt, Infinity);
    measure(
      { promise: PROMISE, scenario: `${scenario}: calls to B then` },
      last.percentOf(pids.b),
      {
        atLeast: 100,
        unit: ' %',
        loose: 100,
      },
    );
    history.expectSound(new Map([...a.executions(), ...b.executions()]));
    expect(history.failed.counts).toEqual({});
  },
);
