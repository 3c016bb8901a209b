import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../lib/common/clock.js';
import type { SocketPool } from '../../../lib/pool/socket-pool.js';
import type { RecordedSink } from '../../support/recorded-sink.js';
import { callOn, openPool, openService, settled } from '../../support/socket-stage.js';
import type { TestService } from '../../support/test-service.js';
import { until } from '../../support/until.js';

const CALLS_PER_TICK = 4;
const TICK_MS = 10;

/** Some four hundred calls a second, however they fare. */
class SteadyCalls {
  readonly sinks: RecordedSink[] = [];
  #isStopped = false;

  constructor(pool: SocketPool) {
    this.#tick(pool);
    onTestFinished(() => void (this.#isStopped = true));
  }

  async stop(): Promise<readonly RecordedSink[]> {
    this.#isStopped = true;
    await settled(this.sinks);
    return this.sinks;
  }

  #tick(pool: SocketPool): void {
    if (this.#isStopped) return;
    for (let call = 0; call < CALLS_PER_TICK; call++) this.sinks.push(callOn(pool));
    systemClock.schedule(TICK_MS, () => this.#tick(pool));
  }
}

const failedOf = (sinks: readonly RecordedSink[]): number =>
  sinks.filter((sink) => sink.isSettled && sink.label !== 'complete').length;

async function openFour(): Promise<{ services: TestService[]; pool: SocketPool }> {
  const services = await Promise.all(Array.from({ length: 4 }, () => openService()));
  const pool = openPool({
    endpoints: services.map(({ address }) => address),
    ejection: { ejectionMs: 1_000 },
  });
  await pool.ready();
  await until(() => pool.state === 'ready', 'all four are connected');
  return { services, pool };
}

it(
  'one of four instances that fails everything is ejected within a second, under one call in a hundred fails, and it comes back when it works again',
  { timeout: 30_000 },
  async () => {
    const { services, pool } = await openFour();
    const [failing] = services as [TestService];
    const stateOf = (): string | undefined =>
      pool.snapshot().endpoints.find(({ address }) => address === failing.address)?.ejection.state;

    const calls = new SteadyCalls(pool);
    await until(() => calls.sinks.length > 400, 'calls go on for a while');
    failing.answer = (stream) => stream.fail('the handler failed');
    const failedAt = systemClock.now();
    await until(() => stateOf() === 'ejected', 'it is ejected');
    expect(systemClock.now() - failedAt).toBeLessThan(1_000);

    const ejections = (): number => pool.snapshot().ejections.failing;
    await until(() => ejections() > 1, 'its time was over, and a probe failed');
    failing.release();
    await until(() => stateOf() === 'none', 'it is readmitted', 10_000);
    const before = failing.requests.length;
    await until(() => failing.requests.length > before + 20, 'it has its share again');

    const sinks = await calls.stop();
    expect(failedOf(sinks) / sinks.length).toBeLessThan(0.01);
  },
);

it(
  'four instances of which all fail everything stay where they are',
  { timeout: 20_000 },
  async () => {
    const { services, pool } = await openFour();
    const calls = new SteadyCalls(pool);
    await until(() => calls.sinks.length > 200, 'calls go on for a while');
    for (const service of services) service.answer = (stream) => stream.fail('the handler failed');
    await until(() => failedOf(calls.sinks) > 500, 'calls fail for a while', 10_000);
    await calls.stop();
    expect(pool.snapshot().ejections).toEqual({ unanswered: 0, failing: 0, successRate: 0 });
  },
);
