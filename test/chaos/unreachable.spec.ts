import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { BlackHole } from '../support/black-hole.js';
import { clientOf } from '../e2e/acceptance/support/services.js';
import { inFull, isFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { History } from './support/history.js';
import { NetworkNamespace } from './support/network-namespace.js';
import { PacedLoad } from './support/paced-load.js';
import { measure, notTried } from './support/scorecard.js';

const LOAD_MS = inFull(4_000, 1_200);
const RATE = inFull(800, 300);
const CONNECT_TIMEOUT_MS = 500;
const WARM_UP_MS = 600;
const AMONG =
  'SYN blackhole or full accept queue on one of three: no failed call, p99 of the others at most doubled';
const ALONE = 'alone: a typed error within the connect timeout + 100 ms';

/** An address that swallows what is sent there; a text says why there is none. */
type Hole = () => Promise<string> | string;

const HOLES: readonly { readonly name: string; readonly open: Hole }[] = [
  { name: 'full accept queue', open: openFullQueue },
  { name: 'SYN blackhole', open: openSynHole },
];

it.each(isFull ? HOLES : HOLES.slice(0, 1))(
  'a $name among three endpoints hurts nobody',
  async ({ name, open }) => {
    const hole = await open();
    const scenario = `${name} beside two instances at ${RATE} calls/s`;
    if (!hole.startsWith('tcp:')) {
      notTried({ promise: AMONG, scenario }, hole);
      return;
    }
    const cluster = await Cluster.start(2);
    const calm = await callAt(cluster, cluster.addresses, 0);
    const holed = await callAt(cluster, [...cluster.addresses, hole], calm.size);

    measure({ promise: AMONG, scenario: `${scenario}: failed calls` }, holed.failed.size, {
      atMost: 0,
      loose: 0,
    });
    const ratio = warm(holed).quantileMs(0.99) / warm(calm).quantileMs(0.99);
    measure({ promise: AMONG, scenario: `${scenario}: p99 to p99 without it` }, ratio, {
      atMost: 2,
      loose: undefined,
    });
    new History([...calm.calls, ...holed.calls]).expectSound(cluster.executions());
  },
);

it.each(HOLES)('a $name alone is an error in time', async ({ name, open }) => {
  const hole = await open();
  const scenario = `${name}, nothing else: time to CONNECT_TIMEOUT with a limit of ${CONNECT_TIMEOUT_MS} ms`;
  if (!hole.startsWith('tcp:')) {
    notTried({ promise: ALONE, scenario }, hole);
    return;
  }
  const client = clientOf([], { endpoints: [hole], connectTimeoutMs: CONNECT_TIMEOUT_MS });
  const begin = performance.now();
  const call = client.request('call', { id: 1, ms: 0 });
  await expect(call).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT', processed: 'no' });
  measure({ promise: ALONE, scenario }, performance.now() - begin, {
    atMost: CONNECT_TIMEOUT_MS + 100,
    unit: ' ms',
    loose: CONNECT_TIMEOUT_MS + 2_000,
  });
});

async function callAt(
  cluster: Cluster,
  endpoints: readonly string[],
  firstId: number,
): Promise<History> {
  const client = clientOf([], { endpoints, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  const load = new PacedLoad(client, { perSecond: RATE, ms: 5, firstId }).start();
  await sleep(LOAD_MS);
  return load.stop();
}

/** Without the time in which the first connections are made. */
function warm(history: History): History {
  return history.between(history.calls[0]!.startedAt + WARM_UP_MS, Infinity);
}

async function openFullQueue(): Promise<string> {
  const hole = await BlackHole.open('127.0.0.1');
  onTestFinished(() => hole.close());
  return `tcp://127.0.0.1:${hole.port}`;
}

function openSynHole(): string {
  const namespace = NetworkNamespace.open();
  if (typeof namespace === 'string') return namespace;
  namespace.dropAll();
  return `tcp://${namespace.address}:4000`;
}
