import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import type { History } from './support/history.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const AT_ONCE = 20;
const WORK_MS = 20;
/** What the instance can do: so many at once, each for so long. */
const CAPACITY = (1_000 * AT_ONCE) / WORK_MS;
const PEAK_MS = inFull(5_000, 1_000);
const OVERLOAD_MS = inFull(20_000, 1_500);
/** After the load began, until queues are as long as they get. */
const SETTLING_MS = 500;
const PROMISE =
  'three times the capacity for 20 s: goodput at least 80 % of the peak, rejections within 50 ms, p99 of accepted calls at most doubled';

it('an instance with three times too much to do still does what it can', async () => {
  const cluster = await Cluster.start(1, {
    server: { admission: { maxInFlight: AT_ONCE, maxQueueMs: 30 } },
  });
  const client = await cluster.client({ maxAttempts: 1 });
  const peak = await run(client, 0.9 * CAPACITY, PEAK_MS, 0);
  const peakPerSecond = goodput(peak);
  await sleep(500);
  const over = await run(client, 3 * CAPACITY, OVERLOAD_MS, peak.size);

  const scenario = `${CAPACITY} calls/s of capacity, ${3 * CAPACITY} calls/s for ${OVERLOAD_MS / 1_000} s`;
  const rejected = settledPart(over).where(({ error }) => error?.code === 'REJECTED');
  const accepted = settledPart(over).succeeded;
  const good = (100 * goodput(over)) / peakPerSecond;
  measure({ promise: PROMISE, scenario: `${scenario}: goodput to that at 90 % load` }, good, {
    atLeast: 80,
    unit: ' %',
    loose: 50,
  });
  measure(
    { promise: PROMISE, scenario: `${scenario}: p99 of rejections` },
    rejected.quantileMs(0.99),
    {
      atMost: 50,
      unit: ' ms',
      loose: 500,
    },
  );
  const ratio = accepted.quantileMs(0.99) / settledPart(peak).succeeded.quantileMs(0.99);
  measure(
    { promise: PROMISE, scenario: `${scenario}: p99 of accepted calls to p99 before` },
    ratio,
    {
      atMost: 2,
      loose: undefined,
    },
  );
  expect(Object.keys(over.failed.counts)).toEqual(['REJECTED no']);
  over
    .where(() => true)
    .expectSound(new Map([...cluster.executions()].filter(([id]) => id >= peak.size)));
});

async function run(
  client: ConstructorParameters<typeof PacedLoad>[0],
  perSecond: number,
  ms: number,
  firstId: number,
): Promise<History> {
  const load = new PacedLoad(client, { perSecond, ms: WORK_MS, firstId }).start();
  await sleep(ms);
  return load.stop();
}

function settledPart(history: History): History {
  return history.between(history.calls[0]!.startedAt + SETTLING_MS, Infinity);
}

/** Answers per second. */
function goodput(history: History): number {
  const { calls } = history;
  const seconds = (calls.at(-1)!.startedAt - calls[0]!.startedAt) / 1_000;
  return history.succeeded.size / seconds;
}
