import type { PeerOutcome, RowOutcome } from './benchmark.js';
import { count, cpuSeconds, spreadOf, times } from './figure.js';
import { judge } from './verdict.js';
import type { Verdict } from './verdict.js';

/** The report on the terminal: a row as soon as it is measured. */

const WIDTHS = [8, 11, 25, 10, 10, 16, 18];

export function textHeader(): string {
  const columns = [
    '',
    'per second',
    '(min - max)',
    'p50 us',
    'p99 us',
    'CPU s per 100k',
    'x stock (paired)',
  ];
  return `${line(columns)}\n${line(['', '', '', '', '', 'client + server', ''])}`;
}

/** Figures of a smoke run mean nothing, so its rows are not judged. */
export function textRow(outcome: RowOutcome, isJudged: boolean): string {
  const { row } = outcome;
  const lines = outcome.peers.map((peer) => peerLine(outcome, peer, isJudged));
  return [`${row.title}, ${row.pattern} pattern [${row.name}]`, ...lines].join('\n');
}

function peerLine(
  outcome: RowOutcome,
  { peer, rounds, failure }: PeerOutcome,
  isJudged: boolean,
): string {
  if (failure !== undefined || rounds.length === 0) {
    return `  ${peer}: FAILED: ${failure ?? 'no rounds'}`;
  }
  const rate = spreadOf(rounds, 'rate');
  const verdict = judge(outcome, peer);
  return line([
    peer,
    count(rate.median),
    `(${count(rate.min)} - ${count(rate.max)})`,
    count(spreadOf(rounds, 'p50Us').median),
    count(spreadOf(rounds, 'p99Us').median),
    `${cpuSeconds(spreadOf(rounds, 'clientCpu').median)} + ${cpuSeconds(spreadOf(rounds, 'serverCpu').median)}`,
    verdict ? `${times(verdict.ratio)} (${times(verdict.pairedRatio)})` : '',
    [...(isJudged ? targets(verdict, outcome.row.rateTarget) : []), ...besides(rounds)].join(', '),
  ]);
}

function targets(verdict: Verdict | undefined, rateTarget: number | undefined): string[] {
  const lines: string[] = [];
  if (verdict?.isRateMet !== undefined) {
    lines.push(`target ${rateTarget}x ${verdict.isRateMet ? 'met' : 'NOT MET'}`);
  }
  if (verdict?.isP99Met !== undefined) {
    lines.push(verdict.isP99Met ? 'p99 met' : 'p99 NOT MET');
  }
  return lines;
}

function besides(rounds: PeerOutcome['rounds']): string[] {
  return rounds[0].besidesRate === undefined
    ? []
    : [`beside ${count(spreadOf(rounds, 'besidesRate').median)}/s`];
}

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, index) =>
    index === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[index] ?? 0),
  );
  return `  ${padded.join('  ')}`.trimEnd();
}
