import { beforeEach, describe, expect, it } from 'vitest';
import type { ByteHolder } from '../../../lib/acceptor/byte-budget.js';
import { ByteBudget } from '../../../lib/acceptor/byte-budget.js';

interface Peer extends ByteHolder {
  readonly name: string;
}

const peer = (name: string): Peer => ({ name, countedBytes: 0, isEvicted: false });

let evicted: string[];
let budget: ByteBudget<Peer>;

beforeEach(() => {
  evicted = [];
  budget = new ByteBudget<Peer>(100, ({ name }, total) => evicted.push(`${name} of ${total}`));
});

describe('a byte budget', () => {
  it('adds up what all hold now', () => {
    const [a, b] = [peer('a'), peer('b')];
    budget.count(a, 30);
    budget.count(b, 40);
    budget.count(a, 10);
    budget.count(b, 0);

    expect(budget.totalBytes).toBe(10);
    expect(evicted).toEqual([]);
  });

  it('evicts those who hold most, until the others fit', () => {
    const [a, b, c] = [peer('a'), peer('b'), peer('c')];
    budget.count(a, 50);
    budget.count(b, 45);
    budget.count(c, 6);

    expect(evicted).toEqual(['a of 101']);
    expect(budget.totalBytes).toBe(51);
    budget.count(c, 200);
    expect(evicted).toEqual(['a of 101', 'c of 245']);
  });

  it('does not count what is on its way out', () => {
    const a = peer('a');
    budget.count(a, 101);
    budget.count(a, 500);
    budget.count(a, 0);

    expect(evicted).toHaveLength(1);
    expect(budget.totalBytes).toBe(0);
  });

  it('lets somebody evicted count again from inside without going round in circles', () => {
    const a = peer('a');
    const reentrant: ByteBudget<Peer> = new ByteBudget<Peer>(10, (holder) =>
      reentrant.count(holder, 1_000),
    );
    reentrant.count(a, 11);

    expect(reentrant.totalBytes).toBe(0);
  });
});
