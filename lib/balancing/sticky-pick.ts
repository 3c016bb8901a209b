/**
 * The same node for the same key, on every client, as long as it is there and not overloaded.
 *
 * Rendezvous hashing ranks the nodes anew for each key, and the first in the ranking is taken. A node
 * that comes or goes moves only the keys that it wins or had, which fall to all others evenly; a ring
 * would need hundreds of points for each node to be as even, and hand all keys of a node to its
 * neighbour. Weight is honoured exactly: a node wins its share of all keys.
 *
 * The load is bounded: a node that has its share of the calls in flight, times `boundedLoadRatio`, is
 * passed over for the next in the ranking of that key. So a popular key cannot bury its node, and most
 * calls still find theirs.
 *
 * Sources: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates" (1998); Mirrokni,
 * Thorup and Zadimoghaddam, "Consistent Hashing with Bounded Loads" (SODA 2018), of which this is the
 * bound; weights after Schindelhauer and Schomaker, "Weighted Distributed Hash Tables" (2005).
 */
import { mixHashes } from '../common/hash.js';
import type { HashedNode } from './balanced-node.js';
import { HealthClass } from './balanced-node.js';
import { bestRankOf, rankOf, weightOf } from './node-rank.js';

/**
 * Decides only, as a picker does; looks at every node.
 *
 * @param keyHash of the key, 32 bits
 * @param boundedLoadRatio the most that a node may have, in shares; 1 or more, the less the more even
 */
export function pickSticky<Node extends HashedNode>(
  nodes: readonly Node[],
  keyHash: number,
  boundedLoadRatio: number,
): Node | undefined {
  const rank = bestRankOf(nodes);
  if (rank === HealthClass.Unavailable) return undefined;
  const boundPerWeight = boundPerWeightOf(nodes, rank, boundedLoadRatio);
  let best: Node | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const node of nodes) {
    if (rankOf(node) !== rank) continue;
    const weight = weightOf(node);
    if (node.pending >= Math.ceil(boundPerWeight * weight)) continue;
    const score = scoreOf(keyHash, node.hash, weight);
    if (score <= bestScore) continue;
    best = node;
    bestScore = score;
  }
  return best;
}

/** Together the bounds exceed what is in flight, this call included, so some node is always below its own. */
function boundPerWeightOf(nodes: readonly HashedNode[], rank: number, ratio: number): number {
  let pending = 1;
  let weight = 0;
  for (const node of nodes) {
    if (rankOf(node) !== rank) continue;
    pending += node.pending;
    weight += weightOf(node);
  }
  return (ratio * pending) / weight;
}

/** The greatest of several is each one's with a chance of its share of the weight. */
function scoreOf(keyHash: number, nodeHash: number, weight: number): number {
  const chance = (mixHashes(keyHash, nodeHash) + 0.5) / 2 ** 32;
  return -weight / Math.log(chance);
}
