/**
 * Which nodes are worse than the others, so that calls should go elsewhere for a while. Two rules, both
 * after Envoy's outlier detection: failures in a row, which notices at once that a node fails
 * everything, and the success rate, which notices in time that it fails more often than the others.
 *
 * Both compare. What fails everywhere is no fault of a node, and taking nodes away would only add to the
 * load of the rest; so a row of failures counts only if the others make it unlikely, and a success rate
 * only if it is far from theirs. A node is left out of what it is compared with: of four nodes one that
 * fails everything is only 1.7 standard deviations from the mean of all four, because it spoils both.
 *
 * Source: Envoy, "Outlier detection" (consecutive 5xx, success rate, maximum ejection percentage) and
 * "Panic threshold".
 */

/** All that ejection knows of a node. */
export interface ObservedNode {
  /** It is ejected, or has not proven itself since. */
  readonly isEjected: boolean;
  /** Calls of the last while that succeeded. */
  readonly succeeded: number;
  /** Calls of the last while that failed. */
  readonly failed: number;
  /** Of its last few calls. */
  readonly recentCalls: number;
  readonly recentFailures: number;
  /** Failures since the last success. */
  readonly failedInRow: number;
  /** Failures without an answer since the last answer: timeouts, lost connections, refused connections. */
  readonly unansweredInRow: number;
}

/**
 * `unanswered`: no answer several times in a row. `failing`: failed several times in a row, and the
 * others do not. `successRate`: fails more often than the others.
 */
export type EjectionCause = 'unanswered' | 'failing' | 'successRate';

export interface EjectionRules {
  /** Failures in a row, at least. */
  readonly consecutiveFailures: number;
  /** Calls of a node before its success rate is looked at. */
  readonly minCalls: number;
  /** How far a success rate has to be from that of the others, in standard deviations. */
  readonly deviations: number;
  /** Share of the nodes that may be ejected at once; one may be, and one is always left. */
  readonly maxEjectedRatio: number;
}

/** A row without an answer counts unless it was as likely as this at another node. */
const UNANSWERED_CHANCE = 1e-3;
/** A node that answers lives, and failures are what some calls end with: only a row like no other tells. */
const FAILING_CHANCE = 1e-8;
/** What a probe failed with counts unless it was as likely as this at another node. */
const PROBE_CHANCE = 0.1;
/** Success rates closer than this are equal for all practical purposes. */
const LEAST_DIFFERENCE = 0.1;

/**
 * To be asked when a node failed.
 *
 * @param nodes all of them, the one that failed among them
 * @returns why it is to be ejected, `undefined` when it is not
 */
export function causeOfRow(
  node: ObservedNode,
  nodes: readonly ObservedNode[],
  rules: EjectionRules,
): EjectionCause | undefined {
  const { consecutiveFailures } = rules;
  if (node.isEjected || node.failedInRow < consecutiveFailures) return undefined;
  if (roomToEject(nodes, rules) === 0) return undefined;
  const { unansweredInRow, failedInRow } = node;
  const share = shareAmongOthers(node, nodes);
  if (unansweredInRow >= consecutiveFailures && share ** unansweredInRow <= UNANSWERED_CHANCE)
    return 'unanswered';
  return share ** failedInRow <= FAILING_CHANCE ? 'failing' : undefined;
}

/**
 * To be asked when a node on probation answered with failures, such as every node may answer with.
 *
 * @param failures so many, and no success
 * @returns whether that is too many for it to be as well as the others
 */
export function isFailedProbation(
  node: ObservedNode,
  nodes: readonly ObservedNode[],
  failures: number,
): boolean {
  return shareAmongOthers(node, nodes) ** failures <= PROBE_CHANCE;
}

/** To be asked now and then. @returns the nodes that are to be ejected for their success rate, the worst first */
export function successRateOutliers<Node extends ObservedNode>(
  nodes: readonly Node[],
  rules: EjectionRules,
): Node[] {
  const judged = nodes.filter((node) => !node.isEjected && callsOf(node) >= rules.minCalls);
  return judged
    .filter((node) => isOutlier(node, judged, rules.deviations))
    .sort((a, b) => failureRate(b) - failureRate(a))
    .slice(0, roomToEject(nodes, rules));
}

/** So few nodes are left that those there would be crushed: whoever was ejected is better than that. */
export function isPanic(healthy: number, total: number, panicRatio: number): boolean {
  return total > 0 && healthy / total < panicRatio;
}

/** How many more may be ejected. */
function roomToEject(nodes: readonly ObservedNode[], { maxEjectedRatio }: EjectionRules): number {
  if (maxEjectedRatio === 0) return 0;
  const ejected = nodes.filter((node) => node.isEjected).length;
  const most = Math.max(1, Math.floor(nodes.length * maxEjectedRatio));
  return Math.max(0, Math.min(most, nodes.length - 1) - ejected);
}

/**
 * The share of calls that fails at the other nodes. The last few calls notice when everything begins to
 * fail, the last while is exact about what fails always: the worse of the two holds. Where nothing is
 * known it is a half.
 */
function shareAmongOthers(node: ObservedNode, nodes: readonly ObservedNode[]): number {
  let [recentCalls, recentFailures, calls, failures] = [0, 0, 0, 0];
  for (const each of nodes) {
    if (each === node) continue;
    recentCalls += each.recentCalls;
    recentFailures += each.recentFailures;
    calls += callsOf(each);
    failures += each.failed;
  }
  const atLeast = calls === 0 ? 0 : failures / calls;
  return Math.max((recentFailures + 1) / (recentCalls + 2), atLeast);
}

function isOutlier(
  node: ObservedNode,
  nodes: readonly ObservedNode[],
  deviations: number,
): boolean {
  const others = nodes.filter((each) => each !== node);
  if (others.length === 0) return false;
  const rates = others.map(failureRate);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const spread = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  const calls = callsOf(node);
  // A node with few calls strays by chance; a mean of zero does not rule that out either.
  const chance = Math.max(mean, 1 / calls) / calls;
  const difference = failureRate(node) - mean;
  return difference >= LEAST_DIFFERENCE && difference > deviations * Math.sqrt(spread + chance);
}

function callsOf({ succeeded, failed }: ObservedNode): number {
  return succeeded + failed;
}

function failureRate(node: ObservedNode): number {
  return node.failed / callsOf(node);
}
