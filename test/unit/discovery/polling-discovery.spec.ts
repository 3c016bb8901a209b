import { beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  LoadEndpoints,
  PollingDiscoveryOptions,
} from '../../../lib/discovery/polling-options.js';
import { PollingDiscovery } from '../../../lib/discovery/polling-discovery.js';
import { ManualClock } from '../../support/manual-clock.js';
import { WatchedDiscovery } from '../../support/watched-discovery.js';

const A = 'tcp://a:1';
const B = 'tcp://b:1';

describe('PollingDiscovery', () => {
  let clock: ManualClock;
  let chance: number;
  const load = vi.fn<LoadEndpoints>();

  const watch = (options: Partial<PollingDiscoveryOptions> = {}) => {
    const discovery = new PollingDiscovery(
      { name: 'registry', load, ...options },
      { clock, random: () => chance },
    );
    return { discovery, watched: new WatchedDiscovery(discovery) };
  };

  beforeEach(() => {
    clock = new ManualClock();
    chance = 0;
    load.mockReset().mockResolvedValue([A]);
  });

  it('asks at once, and again after each interval', async () => {
    const { watched } = watch();
    await clock.settle();
    expect(watched.found).toEqual([`${A} 1`]);
    load.mockResolvedValue([A, { address: B, weight: 3 }]);
    await clock.advanceAsync(29_999);
    expect(load).toHaveBeenCalledTimes(1);
    await clock.advanceAsync(1);
    expect(watched.found).toEqual([`${A} 1`, `${B} 3`]);
    await clock.advanceAsync(30_000);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it('shortens the wait by chance, never lengthens it', async () => {
    chance = 0.999;
    watch({ jitterRatio: 0.5 });
    await clock.advanceAsync(14_999);
    expect(load).toHaveBeenCalledTimes(1);
    await clock.advanceAsync(100);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it.each([
    [5_000, 5_000],
    [10, 1_000],
    [90_000, 30_000],
  ])('asks an answer that is good for %i ms again after %i ms', async (validForMs, waitMs) => {
    load.mockResolvedValue({ endpoints: [A], validForMs });
    watch();
    await clock.advanceAsync(waitMs - 1);
    expect(load).toHaveBeenCalledTimes(1);
    await clock.advanceAsync(1);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('keeps the last set when the source fails, and asks again by a backoff up to the interval', async () => {
    const { watched } = watch({ intervalMs: 5_000 });
    await clock.settle();
    load.mockRejectedValue(new Error('out of order'));
    const askedAt: number[] = [];
    await clock.advanceAsync(5_000);
    const start = clock.now();
    load.mockImplementation(() => {
      askedAt.push(clock.now() - start);
      return Promise.reject(new Error('out of order'));
    });
    await clock.advanceAsync(25_000);
    expect(askedAt.slice(0, 5)).toEqual([1_000, 3_000, 7_000, 12_000, 17_000]);
    expect(watched.errors[0]).toMatchObject({ message: 'out of order' });
    expect(watched.reports).toHaveLength(1);
    load.mockResolvedValue([B]);
    await clock.advanceAsync(5_000);
    expect(watched.found).toEqual([`${B} 1`]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
    ],
    ['names what is no endpoint', () => Promise.resolve([''])],
    ['returns something else', () => Promise.resolve(undefined as never)],
    ['names none', () => Promise.resolve([])],
  ])('counts a source that %s as failed', async (_, broken: LoadEndpoints) => {
    load.mockImplementation(broken);
    const { watched } = watch();
    await clock.settle();
    expect(watched.errors).toHaveLength(1);
    expect(watched.errors[0]).toBeInstanceOf(Error);
    expect(watched.reports).toEqual([]);
    load.mockResolvedValue([A]);
    await clock.advanceAsync(2_000);
    expect(watched.found).toEqual([`${A} 1`]);
  });

  it('believes an empty answer where it should', async () => {
    const { watched } = watch({ whenEmpty: 'accept' });
    await clock.settle();
    load.mockResolvedValue([]);
    await clock.advanceAsync(30_000);
    expect(watched.reports.at(-1)).toEqual([]);
    expect(watched.errors).toEqual([]);
  });

  it('gives a question up that takes too long, and pays no heed to a late answer', async () => {
    const signals: AbortSignal[] = [];
    let answer: (endpoints: string[]) => void = () => undefined;
    load.mockImplementationOnce((signal) => {
      signals.push(signal);
      return new Promise((resolve) => (answer = resolve));
    });
    const { watched } = watch({ timeoutMs: 500 });
    await clock.advanceAsync(500);
    expect(signals[0]!.aborted).toBe(true);
    expect(watched.errors).toMatchObject([{ message: 'registry did not answer within 500 ms' }]);
    answer([B]);
    await clock.settle();
    expect(watched.reports).toEqual([]);
    await clock.advanceAsync(1_000);
    expect(watched.found).toEqual([`${A} 1`]);
  });

  it('asks earlier when it is told to, but no more often than it may', async () => {
    const { discovery } = watch();
    await clock.advanceAsync(10_000);
    for (let each = 0; each < 100; each++) discovery.refresh();
    await clock.advanceAsync(0);
    expect(load).toHaveBeenCalledTimes(2);
    for (let each = 0; each < 100; each++) discovery.refresh();
    await clock.advanceAsync(999);
    expect(load).toHaveBeenCalledTimes(2);
    await clock.advanceAsync(1);
    expect(load).toHaveBeenCalledTimes(3);
    discovery.refresh();
    await clock.advanceAsync(20_000);
    expect(load).toHaveBeenCalledTimes(4);
  });

  it('does not ask twice at once', async () => {
    load.mockReturnValue(new Promise(() => undefined));
    const { discovery } = watch();
    await clock.advanceAsync(2_000);
    discovery.refresh();
    await clock.advanceAsync(2_000);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('lets a listener that was told end the watch', async () => {
    const discovery = new PollingDiscovery({ load }, { clock, random: () => chance });
    const dispose = discovery.watch({ onEndpoints: () => dispose(), onError: () => undefined });
    await clock.advanceAsync(90_000);
    expect(load).toHaveBeenCalledTimes(1);
    expect(clock.timerCount).toBe(0);
  });

  it.each([
    [{}, /load: there is no function to ask/],
    [{ load: 3 }, /load: 3 is not a function/],
    [{ load, intervalMs: 1 }, /intervalMs: 1 is not a number of milliseconds from 10/],
    [{ load, intervalMs: 100 }, /minIntervalMs: 1000 is more than intervalMs, 100/],
    [{ load, whenEmpty: 'shrug' }, /whenEmpty: 'shrug' is not 'keep' or 'accept'/],
    [{ load, interval: 5 }, /interval: there is no such option/],
  ])('refuses %o', (options, problem) => {
    expect(() => new PollingDiscovery(options as unknown as PollingDiscoveryOptions)).toThrow(
      problem,
    );
  });
});
