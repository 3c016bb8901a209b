import type { Clock } from '../common/clock.js';
import type { BalancedNode, TimedNode } from './balanced-node.js';
import { weightOf } from './node-rank.js';

/** How much work a node has, before its weight is considered: 0 or more, in whatever unit, but in one. */
export type LoadMeter<Node extends BalancedNode = BalancedNode> = (node: Node) => number;

/** Calls in flight: right where calls are alike, and never late, because it follows from what this client does itself. */
export const pendingMeter: LoadMeter = (node) => node.pending;

/**
 * Of a node that has work and has never answered, in ms and per weight: so much that another call joins
 * only where all are like it, and then by the calls in flight.
 */
const UNKNOWN_MS = 1e6;

/**
 * How long a call would take that joins now: the peak of the latency, for each call in flight and for
 * this one. A node that has never answered gets a first call at once, and the next when it has.
 *
 * Source: `PeakEwma` of Twitter's Finagle, where `load = cost × (pending + 1)`.
 */
export function peakEwmaMeter(clock: Clock): LoadMeter<TimedNode> {
  return (node) => {
    const { latency, pending } = node;
    const latencyMs = latency === undefined ? 0 : latency.at(clock.now());
    if (latencyMs === 0 && pending > 0) return UNKNOWN_MS * weightOf(node) + pending;
    return latencyMs * (pending + 1);
  };
}
