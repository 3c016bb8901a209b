import { describe, expect, it } from 'vitest';
import { HealthClass } from '../../../lib/balancing/balanced-node.js';
import { RoundRobinPicker } from '../../../lib/balancing/round-robin-picker.js';
import { seededRandom } from '../../../lib/common/random.js';
import { testNode, testNodes } from '../../support/balanced-nodes.js';

function sequence(picker: RoundRobinPicker, nodes: ReturnType<typeof testNodes>, picks: number) {
  return Array.from({ length: picks }, () => picker.pick(nodes)!.name).join('');
}

describe('RoundRobinPicker', () => {
  it('spreads the turns of a heavy node over the round', () => {
    const nodes = [testNode('a', { weight: 5 }), testNode('b'), testNode('c')];
    expect(sequence(new RoundRobinPicker(() => 0), nodes, 14)).toBe('aabacaaaabacaa');
  });

  it('gives everyone the same count, whatever is in flight', () => {
    const nodes = testNodes(4);
    nodes[0]!.pending = 100;
    const counts = sequence(new RoundRobinPicker(seededRandom(1)), nodes, 400);
    for (const { name } of nodes) expect(counts.split(name).length - 1).toBe(100);
  });

  it('begins somewhere else in every client', () => {
    const begins = Array.from({ length: 40 }, (_, seed) =>
      sequence(new RoundRobinPicker(seededRandom(seed)), testNodes(4), 1),
    );
    expect(new Set(begins).size).toBe(4);
  });

  it('does not let a node catch up on what it missed while it was away', () => {
    const nodes = testNodes(3);
    const picker = new RoundRobinPicker(seededRandom(1));
    nodes[0]!.healthClass = HealthClass.Unavailable;
    expect(sequence(picker, nodes, 300)).not.toContain('0');
    nodes[0]!.healthClass = HealthClass.Ready;
    const counts = sequence(picker, nodes, 30).split('0').length - 1;
    expect(counts).toBeGreaterThanOrEqual(9);
    expect(counts).toBeLessThanOrEqual(11);
  });
});
