import { beforeEach, describe, expect, it } from 'vitest';
import type { Discovery } from '../../lib/discovery/discovery.js';
import { createEndpoint } from '../../lib/discovery/endpoint.js';
import { ManualClock } from '../support/manual-clock.js';
import { WatchedDiscovery } from '../support/watched-discovery.js';

/** Longer than any source waits before it asks again. */
const LONG_MS = 120_000;

/**
 * What every discovery promises.
 *
 * @param create a source that names `addresses`, in whatever order
 */
export function discoveryContract(
  name: string,
  addresses: readonly string[],
  create: (clock: ManualClock) => Discovery,
): void {
  describe(`${name} as a discovery`, () => {
    let clock: ManualClock;
    let discovery: Discovery;

    const addressesIn = ({ reports }: WatchedDiscovery): string[] =>
      (reports.at(-1) ?? []).map(({ address }) => address).toSorted();

    /** Some answers take several steps. */
    const settle = async (): Promise<void> => {
      for (let round = 0; round < 5; round++) await clock.settle();
    };

    beforeEach(() => {
      clock = new ManualClock();
      discovery = create(clock);
    });

    it('has a name for people', () => {
      expect(discovery.name).toMatch(/\S/);
    });

    it('does nothing before it is watched', async () => {
      await clock.advanceAsync(LONG_MS);
      expect(clock.timerCount).toBe(0);
    });

    it('reports all endpoints, complete and frozen', async () => {
      const watched = new WatchedDiscovery(discovery);
      await settle();
      expect(addressesIn(watched)).toEqual(addresses.toSorted());
      for (const endpoint of watched.reports.at(-1)!) {
        expect(endpoint).toEqual(createEndpoint(endpoint));
        expect(Object.isFrozen(endpoint)).toBe(true);
      }
      watched.dispose();
    });

    it('gives an endpoint the same key in every report and every watch', async () => {
      const watches = [new WatchedDiscovery(discovery), new WatchedDiscovery(discovery)];
      await clock.advanceAsync(LONG_MS);
      const keys = watches.flatMap(({ reports }) =>
        reports
          .filter((each) => each.length === addresses.length)
          .map((each) => each.map(({ key }) => key)),
      );
      expect(keys.length).toBeGreaterThanOrEqual(2);
      for (const each of keys) expect(each).toEqual(keys[0]);
      expect(new Set(keys[0]).size).toBe(addresses.length);
      for (const watch of watches) watch.dispose();
    });

    it('lets each watch stand for itself', async () => {
      const [first, second] = [new WatchedDiscovery(discovery), new WatchedDiscovery(discovery)];
      first.dispose();
      first.dispose();
      await settle();
      expect(addressesIn(second)).toEqual(addresses.toSorted());
      second.dispose();
      const third = new WatchedDiscovery(discovery);
      await settle();
      expect(addressesIn(third)).toEqual(addresses.toSorted());
      third.dispose();
    });

    it.each([0, 1, 40_000])(
      'reports nothing, and has no timer, once it is disposed after %i ms',
      async (ms) => {
        const watched = new WatchedDiscovery(discovery);
        if (ms > 0) await clock.advanceAsync(ms);
        watched.dispose();
        expect(clock.timerCount).toBe(0);
        const before = [watched.reports.length, watched.errors.length];
        discovery.refresh?.();
        await clock.advanceAsync(LONG_MS);
        discovery.refresh?.();
        await clock.advanceAsync(LONG_MS);
        expect([watched.reports.length, watched.errors.length]).toEqual(before);
        expect(clock.timerCount).toBe(0);
      },
    );

    it('may be told at any time, however often, that it is out of date', async () => {
      discovery.refresh?.();
      const watched = new WatchedDiscovery(discovery);
      for (let each = 0; each < 50; each++) {
        discovery.refresh?.();
        await clock.advanceAsync(each % 7);
      }
      expect(addressesIn(watched)).toEqual(addresses.toSorted());
      // Some have to ask somebody, who is not to be overrun.
      expect(watched.reports.length).toBeLessThan(5);
      watched.dispose();
    });

    it('lets a listener end the watch while it is told', async () => {
      let reports = 0;
      // A source that answers at once has not returned the disposer yet.
      const watch: { dispose?: () => void } = {};
      watch.dispose = discovery.watch({
        onEndpoints: () => {
          reports++;
          watch.dispose?.();
        },
        onError: () => undefined,
      });
      await settle();
      watch.dispose();
      const before = reports;
      await clock.advanceAsync(LONG_MS);
      expect(reports).toBe(before);
      expect(clock.timerCount).toBe(0);
    });
  });
}
