import { expect, it } from 'vitest';
import {
  callOn,
  callsOn,
  labelsOf,
  openPool,
  openService,
  settled,
} from '../../support/socket-stage.js';
import type { RecordedSink } from '../../support/recorded-sink.js';
import { until } from '../../support/until.js';

it('an instance that hangs costs calls that may run twice a moment, and not their deadline', async () => {
  const [hanging, healthy] = [await openService(), await openService()];
  const pool = openPool({
    endpoints: [hanging.address, healthy.address],
    hedge: { minDelayMs: 20 },
    retry: { budgetRatio: 1, budgetPerSecond: 1_000 },
  });
  await pool.ready();
  for (let round = 0; round < 10; round++) {
    const sinks = callsOn(pool, 20, { idempotent: true });
    await settled(sinks);
  }

  hanging.hold();
  const sinks: RecordedSink[] = [];
  for (let round = 0; round < 20; round++) {
    sinks.push(callOn(pool, { idempotent: true, deadlineMs: 20_000 }));
    await settled(sinks, 10_000);
  }

  expect(labelsOf(sinks)).toEqual({ complete: 20 });
  const { hedges, hedgesWon } = pool.snapshot().calls;
  expect(hedgesWon).toBeGreaterThan(0);
  expect(hedges).toBeGreaterThanOrEqual(hedgesWon);
  expect(pool.snapshot().inFlight).toBe(0);
  // Those that lost the race were told to stop.
  await until(() => hanging.open.length === 0 && healthy.open.length === 0, 'nobody works in vain');
});
