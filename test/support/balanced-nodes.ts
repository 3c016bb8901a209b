import type { HashedNode, TimedNode, ZonedNode } from '../../lib/balancing/balanced-node.js';
import { HealthClass } from '../../lib/balancing/balanced-node.js';
import type { PeakEwma } from '../../lib/balancing/peak-ewma.js';
import { hashText } from '../../lib/common/hash.js';

/** A node for tests, of which everything may be set. */
export interface TestNode extends TimedNode, ZonedNode, HashedNode {
  readonly name: string;
  healthClass: HealthClass;
  pending: number;
  weight: number;
  latency: PeakEwma | undefined;
  zone: string | undefined;
}

type Settings = Partial<Omit<TestNode, 'name' | 'hash'>>;

export function testNode(name: string, settings: Settings = {}): TestNode {
  return {
    name,
    hash: hashText(name),
    healthClass: HealthClass.Ready,
    pending: 0,
    weight: 1,
    latency: undefined,
    zone: undefined,
    ...settings,
  };
}

export function testNodes(count: number, settings: Settings = {}): TestNode[] {
  return Array.from({ length: count }, (_, index) => testNode(String(index), settings));
}
