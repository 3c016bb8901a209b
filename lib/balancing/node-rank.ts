import type { BalancedNode } from './balanced-node.js';
import { HealthClass } from './balanced-node.js';

/** Between the worst class that takes calls and the one that takes none. */
const WEIGHTLESS_RANK = HealthClass.Ejected + 0.5;

/** The health class, and behind all classes that take calls the nodes of weight 0. The least is the best. */
export function rankOf(node: BalancedNode): number {
  const { healthClass } = node;
  return node.weight > 0 || healthClass === HealthClass.Unavailable ? healthClass : WEIGHTLESS_RANK;
}

/** Nodes of weight 0 only ever meet each other, as equals. */
export function weightOf(node: BalancedNode): number {
  const { weight } = node;
  return weight > 0 ? weight : 1;
}

/** The best rank of any node; that of `Unavailable` when none takes calls. */
export function bestRankOf(nodes: readonly BalancedNode[]): number {
  let best: number = HealthClass.Unavailable;
  for (const node of nodes) {
    const rank = rankOf(node);
    if (rank === HealthClass.Ready) return rank;
    if (rank < best) best = rank;
  }
  return best;
}
