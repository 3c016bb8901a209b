import { describe, expect, it } from 'vitest';
import { Drain } from '../../../lib/acceptor/drain.js';
import { ManualClock } from '../../support/manual-clock.js';

function drainOf(running: { connections: number; events: number }) {
  const clock = new ManualClock();
  const steps: string[] = [];
  const drain = new Drain({
    clock,
    timeoutMs: 1_000,
    isEmpty: () => running.connections === 0,
    isQuiet: () => running.connections === 0 && running.events === 0,
    stop: () => steps.push('stop'),
    destroy: () => steps.push('destroy'),
  });
  void drain.finished.then(() => steps.push('finished'));
  drain.start();
  return { clock, steps, drain, running };
}

describe('a drain', () => {
  it('is over at once when nothing runs', async () => {
    const { clock, steps } = drainOf({ connections: 0, events: 0 });
    await clock.settle();

    expect(steps).toEqual(['finished']);
    expect(clock.timerCount).toBe(0);
  });

  it('waits for connections and events', async () => {
    const { clock, steps, drain, running } = drainOf({ connections: 1, events: 1 });
    running.connections = 0;
    drain.check();
    await clock.settle();
    expect(steps).toEqual([]);
    running.events = 0;
    drain.check();
    await clock.settle();

    expect(steps).toEqual(['finished']);
    expect(clock.timerCount).toBe(0);
  });

  it('stops the work when the time is up, and waits for goodbyes', async () => {
    const { clock, steps, drain, running } = drainOf({ connections: 1, events: 1 });
    await clock.advanceAsync(1_000);
    expect(steps).toEqual(['stop']);
    running.connections = 0;
    drain.check();
    await clock.settle();

    expect(steps).toEqual(['stop', 'finished']);
    expect(clock.timerCount).toBe(0);
  });

  it('cuts off who does not say goodbye', async () => {
    const { clock, steps } = drainOf({ connections: 1, events: 0 });
    await clock.advanceAsync(2_500);

    expect(steps).toEqual(['stop', 'destroy', 'finished']);
    expect(clock.timerCount).toBe(0);
  });
});
