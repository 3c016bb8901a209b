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
import type { LoadMeter } from './load-meter.js';
import { pendingMeter } from './load-meter.js';
import { rankOf, weightOf } from './node-rank.js';
import type { Picker } from './picker.js';

/** How many nodes are drawn and compared. More even with more, at a little more cost. */
export type Choices = 2 | 3 | 5;

/** Draws per choice before the search for ready nodes becomes a look at all of them. */
const DRAWS_PER_CHOICE = 8;

/**
 * Load is what the meter says, pending calls by default, over weight. Nodes are drawn by weight as well,
 * or a heavy one among many light ones would not be drawn often enough to get its share.
 */
export class P2cPicker<Base extends BalancedNode = BalancedNode> implements Picker<Base> {
  readonly #random: Random;
  readonly #choices: Choices;
  readonly #meter: LoadMeter<Base>;
  /** Of the ready nodes seen since all were last looked at. */
  #greatestWeight = 0;

  constructor(random: Random, choices: Choices = 2, meter: LoadMeter<Base> = pendingMeter) {
    this.#random = random;
    this.#choices = choices;
    this.#meter = meter;
  }

  pick<Node extends Base>(nodes: readonly Node[]): Node | undefined {
    const drawn = nodes.length > this.#choices ? this.#pickOfDrawn(nodes) : undefined;
    return drawn ?? this.#pickOfAll(nodes);
  }

  /** Compares ready nodes only; `undefined` where too few are met to be worth the draw. */
  #pickOfDrawn<Node extends Base>(nodes: readonly Node[]): Node | undefined {
    let best: Node | undefined;
    let met = 0;
    for (let draws = this.#choices * DRAWS_PER_CHOICE; draws > 0; draws--) {
      const node = nodes[randomInteger(this.#random, nodes.length)]!;
      if (node === best || rankOf(node) !== HealthClass.Ready || !this.#accepts(node)) continue;
      if (best === undefined || this.#compareLoad(node, best) < 0) best = node;
      if (++met === this.#choices) return best;
    }
    return undefined;
  }

  #pickOfAll<Node extends Base>(nodes: readonly Node[]): Node | undefined {
    let best: Node | undefined;
    let bestRank: number = HealthClass.Unavailable;
    let tiedWeight = 0;
    this.#greatestWeight = 0;
    for (const node of nodes) {
      const rank = rankOf(node);
      if (rank > bestRank || rank === HealthClass.Unavailable) continue;
      if (rank === HealthClass.Ready && node.weight > this.#greatestWeight)
        this.#greatestWeight = node.weight;
      const difference = best === undefined || rank < bestRank ? -1 : this.#compareLoad(node, best);
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

  /** Below zero when `a` is less loaded than `b`; multiplied out, to spare the divisions. */
  #compareLoad(a: Base, b: Base): number {
    return this.#meter(a) * weightOf(b) - this.#meter(b) * weightOf(a);
  }
}
