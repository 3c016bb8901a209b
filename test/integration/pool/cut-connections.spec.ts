import { expect, it, onTestFinished } from 'vitest';
import { randomInteger, seededRandom } from '../../../lib/common/random.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import type { RecordedSink } from '../../support/recorded-sink.js';
import {
  callOn,
  labelsOf,
  openPool,
  openService,
  openSockets,
  portOf,
} from '../../support/socket-stage.js';
import { until } from '../../support/until.js';

const CALLS = 100_000;
const CONCURRENCY = 200;
const MAX_BYTES = 20_000;

/** How often the server ran each call, by its number. */
type Runs = Map<number, number>;

function checkFate(sink: RecordedSink, call: number, runs: Runs): void {
  const times = runs.get(call) ?? 0;
  if (sink.ends.length !== 1) throw new Error(`call ${call} has ${sink.ends.length} ends`);
  if (times > 1) throw new Error(`call ${call} ran ${times} times (${sink.label})`);
  if (sink.label.endsWith(' no') && times > 0) throw new Error(`call ${call} ran: ${sink.label}`);
  if (sink.label.endsWith(' yes') || sink.label === 'complete') {
    if (times !== 1) throw new Error(`call ${call} never ran: ${sink.label}`);
  }
}

it(
  'a hundred thousand calls over connections cut at random bytes are all settled, and none runs twice',
  { timeout: 90_000 },
  async () => {
    const random = seededRandom(20_261_120);
    const runs: Runs = new Map();
    const service = await openService();
    service.answer = (stream) => {
      const call = stream.request.payload as number;
      runs.set(call, (runs.get(call) ?? 0) + 1);
      stream.respond(call);
    };
    const proxy = await FaultProxy.open(portOf(service), {
      cutAfterBytes: () => {
        proxy.cutBy = random() < 0.5 ? 'end' : 'reset';
        return 1 + randomInteger(random, MAX_BYTES);
      },
    });
    onTestFinished(() => proxy.close());
    const before = openSockets();
    const pool = openPool({
      endpoints: [proxy.address],
      pool: { minConnections: 4, maxConnections: 4 },
      reconnect: { initialBackoffMs: 10, maxBackoffMs: 20, spreadMs: 0 },
      acquireTimeoutMs: 20_000,
    });

    const sinks: RecordedSink[] = [];
    while (sinks.length < CALLS) {
      const open = sinks.slice(-2 * CONCURRENCY).filter((sink) => !sink.isSettled).length;
      for (let each = open; each < CONCURRENCY && sinks.length < CALLS; each++)
        sinks.push(callOn(pool, { payload: sinks.length }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => sinks.every((sink) => sink.isSettled), 'all calls are settled', 40_000);

    expect(proxy.cuts).toBeGreaterThan(CALLS / 500);
    sinks.forEach((sink, call) => checkFate(sink, call, runs));
    expect(labelsOf(sinks)['complete']).toBeGreaterThan(CALLS / 4);
    expect(pool.snapshot()).toMatchObject({ inFlight: 0, waiters: 0 });
    await pool.close();
    await until(() => openSockets() <= before, 'all sockets of the pool are closed');
  },
);
