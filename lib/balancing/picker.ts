import type { BalancedNode } from './balanced-node.js';

/** Chooses the node for the next call. */
export interface Picker<Base extends BalancedNode = BalancedNode> {
  /**
   * Decides only; the caller counts the call as pending on what it gets.
   *
   * @param nodes in any order; not kept, not changed
   * @returns a node of the healthiest class there is, or `undefined` when none takes calls
   */
  pick<Node extends Base>(nodes: readonly Node[]): Node | undefined;
}
