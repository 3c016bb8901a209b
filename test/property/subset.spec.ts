import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subsetOf } from '../../lib/balancing/subset.js';

const servers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `tcp://10.0.${index >> 8}.${index & 255}:4000`);

const choose = (all: readonly string[], size: number, clientId: number | string): string[] => [
  ...subsetOf(all, (key) => key, { size, clientId }),
];

/** How far a server may be from its share of clients with numbers from 0; see lib/balancing/subset.ts. */
const bound = (clients: number): number => 2 * (Math.log2(clients) / 3 + 1);

function clientsPerServer(all: readonly string[], size: number, clients: number): number[] {
  const counts = new Map(all.map((server) => [server, 0]));
  for (let clientId = 0; clientId < clients; clientId++) {
    for (const server of choose(all, size, clientId)) counts.set(server, counts.get(server)! + 1);
  }
  return [...counts.values()];
}

const exchanged = (before: readonly string[], after: readonly string[]): number =>
  before.filter((server) => !after.includes(server)).length;

const sizes = fc
  .record({ count: fc.integer({ min: 2, max: 60 }), size: fc.integer({ min: 1, max: 59 }) })
  .filter(({ count, size }) => size < count);
const clientIds = fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.string({ minLength: 1 }));

describe('the subset of a client', () => {
  it('has its size, no server twice, and is the same in whatever order they are known', () => {
    fc.assert(
      fc.property(sizes, clientIds, ({ count, size }, clientId) => {
        const all = servers(count);
        const subset = choose(all, size, clientId);
        expect(new Set(subset).size).toBe(size);
        expect(choose([...all].reverse(), size, clientId)).toEqual(subset);
      }),
    );
  });

  it('is everything where that is not more', () => {
    const all = servers(3);
    expect(choose(all, 3, 5)).toEqual(all);
    expect(choose(all, 20, 'pod-7')).toEqual(all);
    expect(choose([], 20, 0)).toEqual([]);
  });

  it('leaves each server with its share of the clients, within the bound', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 300 }), ({ count, size }, clients) => {
        const share = (clients * size) / count;
        for (const each of clientsPerServer(servers(count), size, clients))
          expect(Math.abs(each - share)).toBeLessThanOrEqual(bound(clients));
      }),
      { numRuns: 50 },
    );
  });

  it('exchanges two servers at the most when one comes or goes', () => {
    fc.assert(
      fc.property(sizes, clientIds, fc.nat(), ({ count, size }, clientId, which) => {
        const more = servers(count + 1);
        const fewer = more.filter((_, index) => index !== which % more.length);
        const before = choose(more, size, clientId);
        const after = choose(fewer, size, clientId);
        expect(exchanged(before, after)).toBeLessThanOrEqual(2);
        expect(exchanged(after, before)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('exchanges half a server on average, of 20, when one of 200 goes', () => {
    const before = servers(200);
    const after = before.filter((_, index) => index !== 77);
    let total = 0;
    for (let clientId = 0; clientId < 1_000; clientId++)
      total += exchanged(choose(before, 20, clientId), choose(after, 20, clientId));
    expect(total / 1_000).toBeGreaterThan(0.3);
    expect(total / 1_000).toBeLessThan(0.7);
  });
});
