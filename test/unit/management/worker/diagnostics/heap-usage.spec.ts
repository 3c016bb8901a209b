import { describe, expect, it } from 'vitest';
import { readHeapUsage } from '../../../../../lib/management/worker/diagnostics/heap-usage.js';
import { MainThreadSession } from '../../../../../lib/management/worker/diagnostics/main-thread-session.js';
import { answer, FakeInspector } from '../../../../support/fake-inspector.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const clock = new ManualClock();
const openOf = (inspector: FakeInspector) => () =>
  MainThreadSession.open(clock, () => Promise.resolve(inspector));

describe('the usage of the heap', () => {
  it('is asked of the service', async () => {
    const usage = { usedSize: 7, totalSize: 9, backingStorageSize: 3 };
    const inspector = new FakeInspector({ 'Runtime.getHeapUsage': answer(usage) });
    expect(await readHeapUsage(openOf(inspector), clock)).toEqual({
      usedBytes: 7,
      totalBytes: 9,
      backingStorageBytes: 3,
      takenAt: clock.wallNow(),
    });
    expect(inspector.disconnections).toBe(1);
  });

  it('is not waited for longer than the limit', async () => {
    const inspector = new FakeInspector();
    const reading = readHeapUsage(openOf(inspector), clock, 500);
    const expectation = expect(reading).rejects.toMatchObject({ failure: 'timeout' });
    await clock.advanceAsync(500);
    await expectation;
    expect(inspector.disconnections).toBe(1);
  });
});
