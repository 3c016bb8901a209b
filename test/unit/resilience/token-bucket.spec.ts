import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket, TokenBuckets } from '../../../lib/resilience/token-bucket.js';

const RATE = { perSecond: 10, burst: 3 };

describe('a token bucket', () => {
  it('lets a burst through, then says how long the next has to wait', () => {
    const bucket = new TokenBucket(RATE, 1_000);
    expect([1, 2, 3, 4].map(() => bucket.take(1_000))).toEqual([0, 0, 0, 100]);
    expect(bucket.take(1_060)).toBe(40);
    expect(bucket.take(1_100)).toBe(0);
    expect(bucket.take(1_100)).toBe(100);
  });

  it('never holds more than a burst, however long nobody came', () => {
    const bucket = new TokenBucket(RATE, 0);
    const taken = [1, 2, 3, 4].map(() => bucket.take(3_600_000));
    expect(taken).toEqual([0, 0, 0, 100]);
  });

  it('lets through no more than its rate and a burst, whenever they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 })), (gaps) => {
        const bucket = new TokenBucket(RATE, 0);
        let now = 0;
        let passed = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.take(now) === 0) passed++;
        }
        expect(passed).toBeLessThanOrEqual(RATE.burst + (now * RATE.perSecond) / 1_000 + 1e-6);
      }),
    );
  });
});

describe('buckets by name', () => {
  it('are apart', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 10);
    expect(['a', 'a', 'b'].map((key) => buckets.take(key, 0))).toEqual([0, 1_000, 0]);
  });

  it('are bounded in number: the full ones go first', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 3);
    buckets.take('quiet', 0);
    buckets.take('busy', 2_500);
    buckets.take('other', 2_500);
    buckets.take('new', 3_000);
    expect(buckets.size).toBe(3);
    expect(buckets.take('busy', 3_000)).toBe(500);
  });

  it('stay bounded whatever names are made up', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 100);
    for (let name = 0; name < 10_000; name++) buckets.take(String(name), name / 10);
    expect(buckets.size).toBe(100);
  });
});
