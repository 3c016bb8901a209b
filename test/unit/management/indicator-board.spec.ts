import { describe, expect, it } from 'vitest';
import { IndicatorBoard } from '../../../lib/management/indicator-board.js';
import { ManualClock } from '../../support/manual-clock.js';

function board() {
  const clock = new ManualClock();
  const indicators = new IndicatorBoard(clock, { timeoutMs: 500, intervalMs: 2_000 });
  const statuses = () => indicators.results().map(({ key, status }) => `${key} ${status}`);
  return { clock, indicators, statuses };
}

describe('the board of the user’s indicators', () => {
  it('knows of each from the moment it was added, and of its first answer', async () => {
    const { clock, indicators, statuses } = board();
    let answer: () => void = () => undefined;
    indicators.add('database', () => {
      return new Promise((resolve) => (answer = () => resolve({ database: { status: 'up' } })));
    });
    indicators.add('disk', () => ({ disk: { status: 'degraded' } }));
    expect(statuses()).toEqual(['database pending', 'disk pending']);
    indicators.start();
    await clock.settle();
    expect(statuses()).toEqual(['database pending', 'disk degraded']);
    answer();
    await clock.settle();
    expect(statuses()).toEqual(['database up', 'disk degraded']);
    indicators.stop();
  });

  it('calls down what fails, and what does not answer within its time', async () => {
    const { clock, indicators } = board();
    let asked = 0;
    indicators.add('silent', () => {
      asked++;
      return new Promise(() => undefined);
    });
    indicators.add('broken', () => {
      throw new Error('no route');
    });
    indicators.start();
    await clock.advanceAsync(499);
    expect(indicators.results()).toMatchObject([
      { key: 'silent', status: 'pending' },
      { key: 'broken', status: 'down', details: { message: 'no route' } },
    ]);
    await clock.advanceAsync(1);
    const message = 'no answer within 500 ms';
    expect(indicators.results()[0]).toMatchObject({ status: 'down', details: { message } });
    await clock.advanceAsync(10_000);
    expect(asked, 'one that hangs is not asked again').toBe(1);
    indicators.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('shows nothing that cannot travel to another thread', async () => {
    const { clock, indicators } = board();
    indicators.add('odd', () => ({ odd: { status: 'up', callback: () => undefined } }));
    indicators.start();
    await clock.settle();
    const message = 'its details cannot be shown';
    expect(indicators.results()).toMatchObject([{ status: 'up', details: { message } }]);
    indicators.stop();
  });
});
