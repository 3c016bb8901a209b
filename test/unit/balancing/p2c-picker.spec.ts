import { describe, expect, it } from 'vitest';
import { HealthClass } from '../../../lib/balancing/balanced-node.js';
import { P2cPicker } from '../../../lib/balancing/p2c-picker.js';
import type { Random } from '../../../lib/common/random.js';
import { seededRandom } from '../../../lib/common/random.js';
import type { TestNode } from '../../support/balanced-nodes.js';
import { testNode, testNodes } from '../../support/balanced-nodes.js';

/** Draws the given places of a list of `length` in turn, then the first. */
function drawing(length: number, ...places: number[]): Random {
  let next = 0;
  return () => (places[next++] ?? 0) / length;
}

function sharesOf(nodes: readonly TestNode[], picks: number, random = seededRandom(3)): number[] {
  const picker = new P2cPicker(random);
  const counts = new Map(nodes.map((node) => [node, 0]));
  for (let pick = 0; pick < picks; pick++) {
    const node = picker.pick(nodes)!;
    counts.set(node, counts.get(node)! + 1);
  }
  return [...counts.values()].map((count) => count / picks);
}

describe('P2cPicker', () => {
  it('takes the less loaded of the two it drew, whatever the others have', () => {
    const nodes = testNodes(10);
    nodes.forEach((node, index) => (node.pending = index));
    expect(new P2cPicker(drawing(10, 7, 4)).pick(nodes)).toBe(nodes[4]);
    expect(new P2cPicker(drawing(10, 4, 7)).pick(nodes)).toBe(nodes[4]);
  });

  it('compares three or five where asked to', () => {
    const nodes = testNodes(10);
    nodes.forEach((node, index) => (node.pending = index));
    expect(new P2cPicker(drawing(10, 9, 5, 2), 3).pick(nodes)).toBe(nodes[2]);
    expect(new P2cPicker(drawing(10, 9, 5, 4, 3, 8), 5).pick(nodes)).toBe(nodes[3]);
  });

  it('draws again when it drew one node twice, or one that is not ready', () => {
    const nodes = testNodes(10, { pending: 5 });
    nodes[1]!.healthClass = HealthClass.Busy;
    nodes[2]!.pending = 4;
    expect(new P2cPicker(drawing(10, 3, 3, 1, 2)).pick(nodes)).toBe(nodes[2]);
  });

  it('measures load in proportion to weight', () => {
    const small = testNode('small', { pending: 3, weight: 1 });
    const large = testNode('large', { pending: 8, weight: 4 });
    expect(new P2cPicker(seededRandom(1)).pick([small, large])).toBe(large);
    large.pending = 13;
    expect(new P2cPicker(seededRandom(1)).pick([small, large])).toBe(small);
  });

  it.each([2, 3, 4, 8])('gives %i idle nodes equal shares, one call at a time', (count) => {
    for (const share of sharesOf(testNodes(count), 20_000)) {
      expect(share * count).toBeGreaterThan(0.9);
      expect(share * count).toBeLessThan(1.1);
    }
  });

  it('gives two idle nodes shares by weight, one call at a time', () => {
    const [light, heavy] = sharesOf([testNode('light'), testNode('heavy', { weight: 3 })], 20_000);
    expect(heavy! / light!).toBeGreaterThan(2.8);
    expect(heavy! / light!).toBeLessThan(3.2);
  });

  it('looks at all where most are not ready, and takes the least loaded', () => {
    const nodes = testNodes(100, { healthClass: HealthClass.Busy });
    nodes[98] = testNode('loaded', { pending: 9 });
    nodes[99] = testNode('free', { pending: 2 });
    const never = new P2cPicker(() => 0);
    expect(never.pick(nodes)?.name).toBe('free');
  });
});
