import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import type { SocketPoolServerOptions } from '../../lib/server/server-options.js';
import { inFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { History } from './support/history.js';
import type { LoadShape } from './support/paced-load.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const PEAK_MS = inFull(5_000, 1_000);
const OVERLOAD_MS = inFull(20_000, 1_500);
/** After the load began, until queues are as long as they get. */
const SETTLING_MS = 500;
const TIMES = 3;
const PROMISE =
  'three times the capacity for 20 s: goodput at least 80 % of the peak, rejections within 50 ms, p99 of accepted calls at most doubled';

/** So many callers that each wait for their answer: as much as the instance can do. */
const CALLERS = 20;

interface Kind {
  readonly work: string;
  readonly admission: SocketPoolServerOptions['admission'];
  readonly shape: Pick<LoadShape, 'ms' | 'patterns'>;
}

const KINDS: readonly Kind[] = [
  {
    work: 'handlers that wait for 20 ms, 20 at once',
    admission: { maxInFlight: CALLERS, maxQueueMs: 30 },
    shape: { ms: 20, patterns: ['call'] },
  },
  {
    work: 'handlers that compute for 2 ms, shedding',
    admission: { shedding: {} },
    shape: { ms: 2, patterns: ['crunch'] },
  },
];

it.each(KINDS)('three times too much for $work', async ({ work, admission, shape }) => {
  const cluster = await Cluster.start(1, { server: { admission } });
  const client = await cluster.client({ maxAttempts: 1 });
  const peak = await run(client, { ...shape, perSecond: 10_000, atOnce: CALLERS }, PEAK_MS);
  await sleep(500);
  const perSecond = Math.round(TIMES * goodput(peak));
  const over = await run(client, { ...shape, perSecond, firstId: peak.size }, OVERLOAD_MS);

  const scenario = `${work}: ${perSecond} calls/s for ${OVERLOAD_MS / 1_000} s`;
  const rejected = settled(over).where(({ error }) => error?.code === 'REJECTED');
  const good = (100 * goodput(over)) / goodput(peak);
  measure({ promise: PROMISE, scenario: `${scenario}: goodput to the peak` }, good, {
    atLeast: 80,
    unit: ' %',
    loose: 40,
  });
  const rejectedMs = rejected.quantileMs(0.99);
  measure({ promise: PROMISE, scenario: `${scenario}: p99 of rejections` }, rejectedMs, {
    atMost: 50,
    unit: ' ms',
    loose: undefined,
  });
  const slowdown =
    settled(over).succeeded.quantileMs(0.99) / settled(peak).succeeded.quantileMs(0.99);
  measure({ promise: PROMISE, scenario: `${scenario}: p99 of accepted to p99 before` }, slowdown, {
    atMost: 2,
    loose: undefined,
  });
  expect(Object.keys(over.failed.counts)).toEqual(['REJECTED no']);
  new History([...peak.calls, ...over.calls]).expectSound(cluster.executions());
});

async function run(client: SocketPoolClient, shape: LoadShape, ms: number): Promise<History> {
  const load = new PacedLoad(client, shape).start();
  await sleep(ms);
  return load.stop();
}

function settled(history: History): History {
  return history.between(history.calls[0]!.startedAt + SETTLING_MS, Infinity);
}

/** Answers per second. */
function goodput(history: History): number {
  const { calls } = history;
  const seconds = (calls.at(-1)!.startedAt - calls[0]!.startedAt) / 1_000;
  return history.succeeded.size / seconds;
}
