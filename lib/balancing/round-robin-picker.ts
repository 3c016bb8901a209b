/**
 * Smooth weighted round robin: each node in turn, a heavy one more often, and its turns spread over the
 * round instead of one after the other. Every pick gives each node its weight as credit, takes the node
 * with the most, and has that one pay for all. It does not see load: for calls that are alike on
 * instances that are alike, where the same count for each matters more than who is free.
 *
 * Source: nginx, `ngx_http_upstream_round_robin.c` (weights 5, 1, 1 give a a b a c a a).
 */
import type { Random } from '../common/random.js';
import type { BalancedNode } from './balanced-node.js';
import { HealthClass } from './balanced-node.js';
import { bestRankOf, rankOf, weightOf } from './node-rank.js';
import type { Picker } from './picker.js';

/** Looks at every node on every pick; power of two choices does not. */
export class RoundRobinPicker implements Picker {
  readonly #random: Random;
  readonly #credits = new WeakMap<BalancedNode, { credit: number }>();

  /** @param random for where a node begins in the round, or all clients would begin with the same one */
  constructor(random: Random) {
    this.#random = random;
  }

  pick<Node extends BalancedNode>(nodes: readonly Node[]): Node | undefined {
    const rank = bestRankOf(nodes);
    if (rank === HealthClass.Unavailable) return undefined;
    let best: Node | undefined;
    let bestAccount = { credit: Number.NEGATIVE_INFINITY };
    let totalWeight = 0;
    for (const node of nodes) {
      if (rankOf(node) !== rank) continue;
      const weight = weightOf(node);
      totalWeight += weight;
      const account = this.#accountOf(node, weight);
      account.credit += weight;
      if (account.credit <= bestAccount.credit) continue;
      best = node;
      bestAccount = account;
    }
    bestAccount.credit -= totalWeight;
    return best;
  }

  #accountOf(node: BalancedNode, weight: number): { credit: number } {
    const known = this.#credits.get(node);
    if (known !== undefined) return known;
    const account = { credit: this.#random() * weight };
    this.#credits.set(node, account);
    return account;
  }
}
