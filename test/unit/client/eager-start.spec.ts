import { describe, expect, it } from 'vitest';
import { startEagerly } from '../../../lib/client/eager-start.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordedPool } from '../../support/recorded-pool.js';

function make() {
  const recorded = new RecordedPool();
  const clock = new ManualClock();
  const warnings: unknown[] = [];
  const logger = { log: () => {}, error: () => {}, warn: (text: unknown) => warnings.push(text) };
  recorded.isReady = false;
  const start = (timeoutMs: number) => startEagerly(recorded.pool, timeoutMs, { clock, logger });
  return { recorded, clock, warnings, start };
}

describe('an eager start', () => {
  it('does not wait when it is not told to', async () => {
    const { recorded, clock, start } = make();
    await start(0);
    expect(recorded.starts).toBe(1);
    expect(clock.timerCount).toBe(0);
  });

  it.each([
    ['there is a connection', ({ resolve }: Waiting) => resolve()],
    ['connecting failed', ({ reject }: Waiting) => reject(new Error('refused'))],
  ])('waits until %s, and leaves no timer', async (_, settle) => {
    const { recorded, clock, warnings, start } = make();
    const started = start(500);
    settle(recorded.waits[0]);
    await started;
    expect(clock.timerCount).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('goes on when the time is over, with a warning', async () => {
    const { clock, warnings, start } = make();
    const started = start(500);
    clock.advance(500);
    await started;
    expect(warnings).toEqual([
      'orders: not connected within 500 ms of the start of the application',
    ]);
  });
});

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}
