import { describe, expect, it } from 'vitest';
import { History } from '../../../../../../lib/management/worker/page/assets/history.js';
import type { FeedPicture } from '../../../../../../lib/management/worker/page/feed-picture.js';
import {
  feedPicture,
  feedPool,
  feedServer,
  feedService,
  reportOf,
} from '../../../../../support/feed-pictures.js';

const START = 1_700_000_000_000;

/** After `seconds`, with 100 calls served and 40 made a second. */
function after(seconds: number, changes: Partial<FeedPicture> = {}): FeedPicture {
  const takenAt = START + seconds * 1_000;
  const picture = feedService({
    takenAt,
    servers: [feedServer(seconds * 100, [seconds * 100, 0, 0, 0])],
    pools: [feedPool(seconds * 40, [0, seconds * 40, 0, 0])],
  });
  return feedPicture({ service: reportOf({ at: takenAt }), picture, ...changes });
}

describe('the last minutes', () => {
  it('are rates and percentiles from the differences between pictures', () => {
    const history = new History();
    for (let second = 0; second <= 3; second++) history.accept(after(second));

    expect(history.columns(['servedRate', 'calledRate', 'servedP50', 'calledP50'])).toEqual([
      [1, 2, 3].map((second) => START / 1_000 + second),
      [100, 100, 100],
      [40, 40, 40],
      [0.5, 0.5, 0.5],
      [5.5, 5.5, 5.5],
    ]);
    expect(history.figures).toMatchObject({
      called: { rate: 40 },
      served: { rate: 100, errorRate: 0, latency: { p50: 0.5 } },
    });
  });

  it('do not count a picture twice that comes twice', () => {
    const history = new History();
    for (const second of [0, 1, 1, 1, 2]) history.accept(after(second));

    expect(history.columns(['servedRate'])[1]).toEqual([100, 100]);
  });

  it('keep the greatest lag that was told since the last picture', () => {
    const history = new History();
    history.accept(after(0, { maxLagMs: 1 }));
    history.accept(after(1, { maxLagMs: 2 }));
    history.accept(after(1, { maxLagMs: 90 }));
    history.accept(after(2, { maxLagMs: 3 }));

    expect(history.columns(['lagMs'])[1]).toEqual([2, 90]);
  });

  it('have a gap where the service was stuck, in which only the lag is known', () => {
    const history = new History();
    for (const second of [0, 1]) history.accept(after(second));
    for (const second of [4, 5]) {
      const at = START + second * 1_000;
      const ageMs = (second - 1) * 1_000;
      const service = reportOf({ at, picture: { takenAt: START + 1_000, ageMs } });
      history.accept({ ...after(1, { maxLagMs: ageMs }), service });
    }
    history.accept(after(6));

    const [times, rates, lags] = history.columns(['servedRate', 'lagMs']);
    expect(times!.map((at) => at! - START / 1_000)).toEqual([1, 4, 5, 6]);
    expect(rates).toEqual([100, null, null, 100]);
    expect(lags).toEqual([1, 3_000, 4_000, 1]);
  });

  it('begin anew with another process', () => {
    const history = new History();
    for (const second of [0, 1]) history.accept(after(second));
    const { picture } = after(2);
    const restarted = { ...picture!, process: { ...picture!.process, pid: 8 } };
    history.accept(after(2, { picture: restarted }));

    expect(history.figures).toBeUndefined();
    expect(history.columns(['servedRate'])[1]).toEqual([100]);
  });

  it('are bounded', () => {
    const history = new History();
    for (let second = 0; second < 1_000; second++) history.accept(after(second));

    expect(history.columns(['servedRate'])[0]).toHaveLength(300);
    expect(history.figures!.seconds).toBe(5);
  });

  it('wait for the first picture', () => {
    const history = new History();
    history.accept(feedPicture({ picture: null, service: reportOf({ picture: null }) }));

    expect(history.figures).toBeUndefined();
    expect(history.columns(['lagMs'])).toEqual([[], []]);
  });
});
