import { describe, expect, it } from 'vitest';
import type { Choices } from '../../lib/balancing/p2c-picker.js';
import { P2cPicker } from '../../lib/balancing/p2c-picker.js';
import { seededRandom } from '../../lib/common/random.js';
import type { TestNode } from '../support/balanced-nodes.js';
import { testNodes } from '../support/balanced-nodes.js';

interface Traffic {
  readonly nodes: TestNode[];
  /** Calls that are kept in flight. */
  readonly concurrency: number;
  readonly calls: number;
  /** Mean time of a call on a node, in ticks. */
  readonly serviceTicks: (node: TestNode) => number;
  readonly choices?: Choices;
}

/** Keeps calls of exponentially distributed length in flight; returns how many each node got. */
function simulate({ nodes, concurrency, calls, serviceTicks, choices }: Traffic): number[] {
  const random = seededRandom(42);
  const picker = new P2cPicker(random, choices);
  const running: { node: TestNode; endsAt: number }[] = [];
  const counts = new Map(nodes.map((node) => [node, 0]));
  let now = 0;
  for (let call = 0; call < calls; call++) {
    if (running.length === concurrency) {
      const first = running.reduce((a, b) => (b.endsAt < a.endsAt ? b : a));
      running.splice(running.indexOf(first), 1);
      first.node.pending--;
      now = first.endsAt;
    }
    const node = picker.pick(nodes)!;
    node.pending++;
    counts.set(node, counts.get(node)! + 1);
    running.push({ node, endsAt: now - Math.log(1 - random()) * serviceTicks(node) });
  }
  return [...counts.values()];
}

const unevenness = (counts: readonly number[]): number => Math.max(...counts) / Math.min(...counts);

describe('calls spread over endpoints by the power of two choices', () => {
  it.each([
    [2, 8],
    [4, 16],
    [10, 64],
    [50, 200],
  ])('evenly: %i endpoints, %i calls in flight', (endpoints, concurrency) => {
    const nodes = testNodes(endpoints);
    const calls = endpoints * 2_000;
    const counts = simulate({ nodes, concurrency, calls, serviceTicks: () => 10 });
    expect(unevenness(counts)).toBeLessThan(1.2);
  });

  it('more evenly with five choices than with two, at any moment', () => {
    const spreadOf = (choices: Choices): number => {
      const nodes = testNodes(20);
      simulate({ nodes, concurrency: 200, calls: 2_000, serviceTicks: () => 1e9, choices });
      const pending = nodes.map((node) => node.pending);
      return Math.max(...pending) - Math.min(...pending);
    };
    expect(spreadOf(5)).toBeLessThanOrEqual(spreadOf(2));
  });

  it.each([
    [4, 3],
    [20, 3],
    [20, 10],
  ])('by weight: one of %i weighs %i times the others', (endpoints, weight) => {
    const nodes = testNodes(endpoints);
    nodes[0]!.weight = weight;
    const traffic = { nodes, concurrency: 20 * endpoints, calls: 2_000 * endpoints };
    const [heavy, ...light] = simulate({ ...traffic, serviceTicks: () => 10 });
    const mean = light.reduce((sum, count) => sum + count, 0) / light.length;
    expect(heavy! / mean / weight).toBeGreaterThan(0.9);
    expect(heavy! / mean / weight).toBeLessThan(1.1);
    expect(unevenness(light)).toBeLessThan(1.2);
  });

  it('away from one that is ten times slower', () => {
    const nodes = testNodes(4);
    const serviceTicks = (node: TestNode): number => (node === nodes[0] ? 100 : 10);
    const [slow, ...others] = simulate({ nodes, concurrency: 32, calls: 8_000, serviceTicks });
    expect(slow! / 8_000).toBeLessThan(0.1);
    expect(unevenness(others)).toBeLessThan(1.2);
  });
});
