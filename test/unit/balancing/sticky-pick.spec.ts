import { describe, expect, it } from 'vitest';
import { HealthClass } from '../../../lib/balancing/balanced-node.js';
import { pickSticky } from '../../../lib/balancing/sticky-pick.js';
import { hashText } from '../../../lib/common/hash.js';
import type { TestNode } from '../../support/balanced-nodes.js';
import { testNode, testNodes } from '../../support/balanced-nodes.js';

const KEYS = Array.from({ length: 10_000 }, (_, index) => hashText(`tenant ${index}`));
const UNBOUNDED = 1e9;

/** Where each key goes. */
const placesOf = (nodes: readonly TestNode[]): string[] =>
  KEYS.map((key) => pickSticky(nodes, key, UNBOUNDED)!.name);

const countOf = (places: readonly string[], name: string): number =>
  places.filter((place) => place === name).length;

describe('the sticky choice by key', () => {
  it('is the same for every client, in whatever order it knows the nodes', () => {
    const nodes = testNodes(7);
    expect(placesOf(nodes)).toEqual(placesOf([...nodes].reverse()));
  });

  it('gives each node its share of the keys, by weight', () => {
    const nodes = testNodes(10);
    nodes[3]!.weight = 3;
    const places = placesOf(nodes);
    const share = KEYS.length / 12;
    for (const { name, weight } of nodes) {
      expect(countOf(places, name) / share / weight).toBeGreaterThan(0.9);
      expect(countOf(places, name) / share / weight).toBeLessThan(1.1);
    }
  });

  it('moves only the keys of a node that goes, and spreads them over all others', () => {
    const nodes = testNodes(5);
    const before = placesOf(nodes);
    const after = placesOf(nodes.slice(1));
    const moved = KEYS.map((_, index) => index).filter((at) => before[at] !== after[at]);
    expect(moved.every((at) => before[at] === '0')).toBe(true);
    const shares = nodes.slice(1).map(({ name }) =>
      countOf(
        moved.map((at) => after[at]!),
        name,
      ),
    );
    for (const count of shares) {
      expect(count / moved.length).toBeGreaterThan(0.2);
      expect(count / moved.length).toBeLessThan(0.3);
    }
  });

  it('gives a node that is not well to the next, and back when it is', () => {
    const nodes = testNodes(5);
    const own = pickSticky(nodes, KEYS[0]!, 1.25)!;
    own.healthClass = HealthClass.Busy;
    const next = pickSticky(nodes, KEYS[0]!, 1.25)!;
    expect(next).not.toBe(own);
    own.healthClass = HealthClass.Ready;
    expect(pickSticky(nodes, KEYS[0]!, 1.25)).toBe(own);
    own.weight = 0;
    expect(pickSticky(nodes, KEYS[0]!, 1.25)).toBe(next);
  });

  it.each([1, 1.25, 2])(
    'lets no node have more than %f times its share, though all have one key',
    (ratio) => {
      const nodes = testNodes(8);
      nodes[0]!.weight = 2;
      for (let call = 1; call <= 1_000; call++) {
        const node = pickSticky(nodes, KEYS[0]!, ratio)!;
        node.pending++;
        expect(node.pending).toBeLessThanOrEqual(Math.ceil((ratio * call * node.weight) / 9));
      }
    },
  );

  it('keeps nearly every call at its first place as long as the load is even', () => {
    const nodes = testNodes(5);
    let moved = 0;
    KEYS.forEach((key, index) => {
      if (index >= 500) pickSticky(nodes, KEYS[index - 500]!, UNBOUNDED)!.pending--;
      const first = pickSticky(nodes, key, UNBOUNDED)!;
      if (pickSticky(nodes, key, 1.25) !== first) moved++;
      first.pending++;
    });
    expect(moved / KEYS.length).toBeLessThan(0.05);
  });

  it('picks the only node there is', () => {
    expect(pickSticky([testNode('only', { pending: 1_000 })], 1, 1)?.name).toBe('only');
  });
});
