import { beforeEach, describe, expect, it } from 'vitest';
import { HealthClass } from '../../lib/balancing/balanced-node.js';
import type { Picker } from '../../lib/balancing/picker.js';
import type { Random } from '../../lib/common/random.js';
import { seededRandom } from '../../lib/common/random.js';
import type { TestNode } from '../support/balanced-nodes.js';
import { testNode, testNodes } from '../support/balanced-nodes.js';

const PICKS = 500;

/** How many calls each node gets, of as many as are in flight at once, all equally long. */
function sharesOf(
  picker: Picker<TestNode>,
  nodes: readonly TestNode[],
  inFlight: number,
): number[] {
  const running: TestNode[] = [];
  const counts = new Map(nodes.map((node) => [node, 0]));
  for (let call = 0; call < inFlight * 200; call++) {
    if (running.length === inFlight) running.shift()!.pending--;
    const node = picker.pick(nodes)!;
    node.pending++;
    running.push(node);
    counts.set(node, counts.get(node)! + 1);
  }
  return [...counts.values()];
}

/** What every picker promises, whatever it measures load by. */
export function pickerContract(
  name: string,
  createPicker: (random: Random) => Picker<TestNode>,
): void {
  describe(`${name} as a picker`, () => {
    let picker: Picker<TestNode>;

    const picksOf = (nodes: readonly TestNode[], picks = PICKS): Set<string | undefined> =>
      new Set(Array.from({ length: picks }, () => picker.pick(nodes)?.name));

    beforeEach(() => {
      picker = createPicker(seededRandom(7));
    });

    it('picks nothing of nothing', () => {
      expect(picker.pick([])).toBeUndefined();
    });

    it('picks the only node', () => {
      expect(picksOf([testNode('only', { pending: 1_000 })])).toEqual(new Set(['only']));
    });

    it('picks nothing when no node takes calls', () => {
      for (const count of [1, 2, 3, 20]) {
        const nodes = testNodes(count, { healthClass: HealthClass.Unavailable });
        expect(picker.pick(nodes)).toBeUndefined();
      }
    });

    it.each([2, 3, 10, 100])('picks the only one of %i nodes that takes calls', (count) => {
      const nodes = testNodes(count, { healthClass: HealthClass.Unavailable });
      nodes[count - 1] = testNode('only', { pending: 1_000 });
      expect(picksOf(nodes)).toEqual(new Set(['only']));
    });

    it.each([
      [HealthClass.Ready, HealthClass.Busy],
      [HealthClass.Busy, HealthClass.Connecting],
      [HealthClass.Connecting, HealthClass.Ejected],
      [HealthClass.Ejected, HealthClass.Unavailable],
    ])('takes class %i before class %i, however loaded', (better, worse) => {
      for (const [healthy, others] of [
        [1, 1],
        [2, 2],
        [1, 9],
        [5, 95],
      ] as const) {
        const healthyNodes = testNodes(healthy, { healthClass: better, pending: 1_000 });
        const nodes = [...testNodes(others, { healthClass: worse }), ...healthyNodes];
        const picked = Array.from({ length: PICKS }, () => picker.pick(nodes)!.healthClass);
        expect(new Set(picked)).toEqual(new Set([better]));
      }
    });

    it.each([2, 3, 10])('gives each of %i equal nodes its turn', (count) => {
      expect(picksOf(testNodes(count)).size).toBe(count);
    });

    it.each([
      [2, 2],
      [3, 4],
      [10, 5],
    ])('shares by weight under load: one of %i weighs %i times the others', (count, weight) => {
      const nodes = testNodes(count);
      nodes[0]!.weight = weight;
      const [heavy, ...light] = sharesOf(picker, nodes, 20 * count);
      const mean = light.reduce((sum, share) => sum + share, 0) / light.length;
      expect(heavy! / mean / weight).toBeGreaterThan(0.8);
      expect(heavy! / mean / weight).toBeLessThan(1.2);
    });

    it('shares evenly among equals under load', () => {
      const shares = sharesOf(picker, testNodes(5), 50);
      expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(1.2);
    });

    it('takes a node of weight 0 only where no other takes calls', () => {
      for (const others of [1, 2, 9]) {
        const ejected = testNodes(others, { healthClass: HealthClass.Ejected, pending: 10 });
        expect(picksOf([testNode('leaving', { weight: 0 }), ...ejected])).not.toContain('leaving');
        const gone = testNodes(others, { healthClass: HealthClass.Unavailable });
        expect(picksOf([testNode('leaving', { weight: 0 }), ...gone])).toEqual(
          new Set(['leaving']),
        );
      }
    });

    it('shares out among nodes of weight 0 where there are no others', () => {
      expect(picksOf(testNodes(3, { weight: 0 })).size).toBe(3);
    });

    it('follows a change of the nodes at once', () => {
      const nodes = testNodes(3);
      expect(picksOf(nodes).size).toBe(3);
      nodes[0]!.healthClass = HealthClass.Unavailable;
      expect(picksOf(nodes)).toEqual(new Set(['1', '2']));
      expect(picksOf(nodes.slice(0, 1))).toEqual(new Set([undefined]));
    });

    it('leaves the nodes as they are', () => {
      const nodes = testNodes(5).map((node) => Object.freeze(node));
      expect(() => picksOf(Object.freeze(nodes))).not.toThrow();
    });
  });
}
