import type { PeerOutcome, RowOutcome } from './benchmark.js';
import type { PeerName } from './peers/peer.js';
import { spread } from './statistics.js';

/** How a peer did beside the stock transport in the same row. */
export interface Verdict {
  /** Median rate over median rate. */
  ratio: number;
  /** Median of the ratios of the rounds that were played one after the other. */
  pairedRatio: number;
  /** `undefined` where the row asks for no rate. */
  isRateMet?: boolean;
  /** Whether the p99 is at most the stock transport's; `undefined` where no latency is measured. */
  isP99Met?: boolean;
}

/** The verdict on a peer; `undefined` when it or the stock transport has no rounds. Only the pool has targets. */
export function judge(outcome: RowOutcome, peer: PeerName): Verdict | undefined {
  const judged = roundsOf(outcome, peer);
  const stock = roundsOf(outcome, 'stock');
  if (peer === 'stock' || judged.length === 0 || stock.length === 0) {
    return undefined;
  }
  const ratio = medianOf(judged, 'rate') / medianOf(stock, 'rate');
  const pairs = judged.slice(0, stock.length).map((round, index) => round.rate / stock[index].rate);
  const verdict: Verdict = { ratio, pairedRatio: spread(pairs).median };
  if (peer === 'pool') {
    const { rateTarget } = outcome.row;
    verdict.isRateMet = rateTarget === undefined ? undefined : ratio >= rateTarget;
    verdict.isP99Met =
      judged[0].p99Us === undefined
        ? undefined
        : medianOf(judged, 'p99Us') <= medianOf(stock, 'p99Us');
  }
  return verdict;
}

/** Whether every peer played every round. */
export function isComplete(outcome: RowOutcome): boolean {
  return outcome.peers.every(({ failure }) => failure === undefined);
}

/** Whether the pool reached all that the row asks for. */
export function isTargetMet(outcome: RowOutcome): boolean {
  const verdict = judge(outcome, 'pool');
  return verdict !== undefined && verdict.isRateMet !== false && verdict.isP99Met !== false;
}

function roundsOf(outcome: RowOutcome, peer: PeerName): PeerOutcome['rounds'] {
  return outcome.peers.find((candidate) => candidate.peer === peer)?.rounds ?? [];
}

function medianOf(rounds: PeerOutcome['rounds'], figure: 'rate' | 'p99Us'): number {
  return spread(rounds.map((round) => round[figure] ?? NaN)).median;
}
