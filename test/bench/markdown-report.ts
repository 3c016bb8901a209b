import type { PeerOutcome, RowOutcome } from './benchmark.js';
import { count, spreadOf, times } from './figure.js';
import type { PeerName } from './peers/peer.js';
import { judge } from './verdict.js';

/** The table for the README: one line per row, one column per peer. */
export function markdownTable(outcomes: readonly RowOutcome[], peers: readonly PeerName[]): string {
  const header = ['per second (p50 / p99 in µs)', 'patterns', ...peers, 'pool to stock'];
  const rule = header.map((_, index) => (index < 2 ? '---' : '---:'));
  return [header, rule, ...outcomes.map((outcome) => cells(outcome, peers))]
    .map((columns) => `| ${columns.join(' | ')} |`)
    .join('\n');
}

function cells(outcome: RowOutcome, peers: readonly PeerName[]): string[] {
  const { row } = outcome;
  const verdict = judge(outcome, 'pool');
  const figures = peers.map((peer) =>
    peerCell(outcome.peers.find((candidate) => candidate.peer === peer)),
  );
  return [row.title, row.pattern, ...figures, verdict ? `**${times(verdict.ratio)}**` : ''];
}

function peerCell(outcome: PeerOutcome | undefined): string {
  if (!outcome || outcome.rounds.length === 0) {
    return '';
  }
  const { median, min, max } = spreadOf(outcome.rounds, 'rate');
  const rate = `${count(median)} [${count(min)} – ${count(max)}]`;
  const hasLatency = outcome.rounds[0].p50Us !== undefined;
  const [p50, p99] = [spreadOf(outcome.rounds, 'p50Us'), spreadOf(outcome.rounds, 'p99Us')];
  return hasLatency ? `${rate} (${count(p50.median)} / ${count(p99.median)})` : rate;
}
