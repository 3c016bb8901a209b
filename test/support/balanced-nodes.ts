import type { BalancedNode } from '../../lib/balancing/balanced-node.js';
import { HealthClass } from '../../lib/balancing/balanced-node.js';

/** A node for tests, of which everything may be set. */
export interface TestNode extends BalancedNode {
  readonly name: string;
  healthClass: HealthClass;
  pending: number;
  weight: number;
}

export function testNode(name: string, settings: Partial<Omit<TestNode, 'name'>> = {}): TestNode {
  return { name, healthClass: HealthClass.Ready, pending: 0, weight: 1, ...settings };
}

export function testNodes(
  count: number,
  settings: Partial<Omit<TestNode, 'name'>> = {},
): TestNode[] {
  return Array.from({ length: count }, (_, index) => testNode(String(index), settings));
}
