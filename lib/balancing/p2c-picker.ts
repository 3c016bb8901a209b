/**
 * Power of two choices: of two nodes drawn at random take the less loaded. It spreads calls almost as
 * evenly as looking at all nodes would, costs the same for ten nodes and for a thousand, and keeps
 * many clients, each seeing only its own calls, from all running to the same idle node.
 *
 * Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (1996).
 */
import type { Random } from '../common/random.js';
import { randomInteger } from '../common/random.js';
import type { BalancedNode } from './balanced-node.js';
import { HealthClass } from './balanced-node.js';
import type { Picker } from './picker.js';

/** How many nodes are drawn and compared. More even with more, at a little more cost. */
export type Choices = 2 | 3 | 5;

/** Draws per choice before the search for ready nodes becomes a look at all of them. */
const DRAWS_PER_CHOICE = 8;

/** Between the worst class that takes calls and the one that takes none. */
const WEIGHTLESS_RANK = HealthClass.Ejected + 0.5;

/**
 * Load is pending calls over weight. Nodes are drawn by weight as well, or a heavy one among many light
 * ones would not be drawn often enough to get its share.
 */
export class P2cPicker implements Picker {
  readonly #random: Random;
  readonly #choices: Choices;
  /** Of the ready nodes seen since all were last looked at. */
  #greatestWeight = 0;

  constructor(random: Random, choices: Choices = 2) {
    this.#random = random;
    this.#choices = choices;
  }

  pick<Node extends BalancedNode>(nodes: readonly Node[]): Node | undefined {
    const drawn = nodes.length > this.#choices ? this.#pickOfDrawn(nodes) : undefined;
    return drawn ?? this.#pickOfAll(nodes);
  }

  /** Compares ready nodes only; `undefined` where too few are met to be worth the draw. */
  #pickOfDrawn<Node extends BalancedNode>(nodes: readonly Node[]): Node | undefined {
    let best: Node | undefined;
    let met = 0;
    for (let draws = this.#choices * DRAWS_PER_CHOICE; draws > 0; draws--) {
      const node = nodes[randomInteger(this.#random, nodes.length)]!;
      if (node === best || rankOf(node) !== HealthClass.Ready || !this.#accepts(node)) continue;
      if (best === undefined || compareLoad(node, best) < 0) best = node;
      if (++met === this.#choices) return best;
    }
    return undefined;
  }

  #pickOfAll<Node extends BalancedNode>(nodes: readonly Node[]): Node | undefined {
    let best: Node | undefined;
    let bestRank: number = HealthClass.Unavailable;
    let tiedWeight = 0;
    this.#greatestWeight = 0;
    for (const node of nodes) {
      const rank = rankOf(node);
      if (rank > bestRank || rank === HealthClass.Unavailable) continue;
      if (rank === HealthClass.Ready && node.weight > this.#greatestWeight)
        this.#greatestWeight = node.weight;
      const difference = best === undefined || rank < bestRank ? -1 : compareLoad(node, best);
      if (difference > 0) continue;
      tiedWeight = difference === 0 ? tiedWeight + weightOf(node) : weightOf(node);
      if (difference < 0 || this.#wins(node, tiedWeight)) best = node;
      bestRank = rank;
    }
    return best;
  }

  /** Rejection sampling: of uniform draws, keeps each node's in proportion to its weight. */
  #accepts({ weight }: BalancedNode): boolean {
    if (weight < this.#greatestWeight) return this.#random() * this.#greatestWeight < weight;
    this.#greatestWeight = weight;
    return true;
  }

  /** One among equals, with a chance of its share of their weight. */
  #wins(node: BalancedNode, tiedWeight: number): boolean {
    return this.#random() * tiedWeight < weightOf(node);
  }
}

function rankOf(node: BalancedNode): number {
  const { healthClass } = node;
  return node.weight > 0 || healthClass === HealthClass.Unavailable ? healthClass : WEIGHTLESS_RANK;
}

/** Nodes of weight 0 only ever meet each other, as equals. */
function weightOf(node: BalancedNode): number {
  return node.weight > 0 ? node.weight : 1;
}

/** Below zero when `a` is less loaded than `b`; multiplied out, to spare the divisions. */
function compareLoad(a: BalancedNode, b: BalancedNode): number {
  return a.pending * weightOf(b) - b.pending * weightOf(a);
}
