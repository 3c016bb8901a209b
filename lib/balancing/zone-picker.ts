/**
 * Keeps calls in the own zone as long as it can carry them: a call across zones takes longer, costs
 * money, and fails with either zone.
 *
 * The own zone can carry a call when both hold; else all zones share it by load:
 * - Enough of it is ready. If its ready share (by weight) is below `readyRatio`, calls go out in
 *   proportion to what is missing: with 0.7, half the zone ready keeps 0.5 / 0.7 = 71 % of them.
 *   Source: Envoy, priority levels and locality weights, whose overprovisioning factor of 140 % is the
 *   1 / 0.7 of here.
 * - It keeps up. What is picked in it has less than `spillPending` calls in flight per weight. By Little's
 *   law calls pile up in a zone that answers late; as it is the less loaded of several that counts, the
 *   whole zone is full then, and not one instance of it.
 */
import type { Random } from '../common/random.js';
import type { ZonedNode } from './balanced-node.js';
import { HealthClass } from './balanced-node.js';
import { rankOf, weightOf } from './node-rank.js';
import type { Picker } from './picker.js';

export interface ZoneOptions {
  /** Where this client is. */
  readonly zone: string;
  readonly readyRatio: number;
  readonly spillPending: number;
}

/** Narrows the choice of another picker. Looks at every node on every pick. */
export class ZonePicker<Base extends ZonedNode = ZonedNode> implements Picker<Base> {
  readonly #picker: Picker<Base>;
  readonly #random: Random;
  readonly #options: ZoneOptions;

  constructor(picker: Picker<Base>, random: Random, options: ZoneOptions) {
    this.#picker = picker;
    this.#random = random;
    this.#options = options;
  }

  pick<Node extends Base>(nodes: readonly Node[]): Node | undefined {
    const { zone, readyRatio, spillPending } = this.#options;
    const own = nodes.filter((node) => node.zone === zone);
    const readyShare = readyShareOf(own);
    if (readyShare === 0 || own.length === nodes.length) return this.#picker.pick(nodes);
    if (readyShare < readyRatio && this.#random() * readyRatio >= readyShare)
      return this.#picker.pick(nodes);
    const local = this.#picker.pick(own)!;
    return local.pending < spillPending * weightOf(local) ? local : this.#picker.pick(nodes);
  }
}

/** How much of their weight is ready, 0 to 1. */
function readyShareOf(nodes: readonly ZonedNode[]): number {
  let total = 0;
  let ready = 0;
  for (const node of nodes) {
    total += node.weight;
    if (rankOf(node) === HealthClass.Ready) ready += node.weight;
  }
  return total === 0 ? 0 : ready / total;
}
