import { describe, expect, it } from 'vitest';
import { IdleWatch } from '../../../lib/acceptor/idle-watch.js';
import { ManualClock } from '../../support/manual-clock.js';

function watch(limitMs: number) {
  const clock = new ManualClock();
  const subject = { lastStreamId: 0, inWork: 0 };
  const idles: number[] = [];
  const start = clock.now();
  const watched = new IdleWatch(limitMs, clock, subject, () => idles.push(clock.now() - start));
  watched.start();
  return { clock, subject, idles, watched };
}

describe('an idle watch', () => {
  it('notices that nothing has happened', () => {
    const { clock, idles } = watch(1_000);
    clock.advance(5_000);

    expect(idles).toEqual([1_000]);
    expect(clock.timerCount).toBe(0);
  });

  it('begins anew with every request or event', () => {
    const { clock, subject, idles } = watch(1_000);
    for (let count = 1; count <= 10; count++) {
      subject.lastStreamId = count;
      clock.advance(900);
    }
    expect(idles).toEqual([]);
    clock.advance(1_250);

    expect(idles).toHaveLength(1);
  });

  it('waits for what is in work', () => {
    const { clock, subject, idles } = watch(1_000);
    subject.inWork = 1;
    clock.advance(60_000);
    expect(idles).toEqual([]);
    subject.inWork = 0;
    clock.advance(1_250);

    expect(idles).toHaveLength(1);
  });

  it('of zero never does', () => {
    const { clock, idles } = watch(0);
    clock.advance(1_000_000);

    expect(idles).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });

  it('leaves no timer when it is stopped', () => {
    const { clock, watched } = watch(1_000);
    watched.stop();

    expect(clock.timerCount).toBe(0);
  });
});
