import { Contestant } from './contestant.js';
import type { Cores } from './cores.js';
import type { PeerName } from './peers/peer.js';
import type { Round, RoundTiming } from './process-pair.js';
import { ProcessPairs } from './process-pairs.js';
import type { Row } from './row.js';

export interface BenchmarkPlan {
  rows: readonly Row[];
  peers: readonly PeerName[];
  rounds: number;
  timing: RoundTiming;
  warmUp: RoundTiming;
  cores: Cores | undefined;
  /** Rows share processes: quicker, but a row then runs on code and a heap shaped by the rows before. */
  isReusingProcesses: boolean;
}

export interface PeerOutcome {
  peer: PeerName;
  rounds: readonly Round[];
  /** Why there are fewer rounds than asked for. */
  failure?: string;
}

export interface RowOutcome {
  row: Row;
  peers: readonly PeerOutcome[];
}

/** Runs the rows one after the other. */
export async function* runBenchmark(plan: BenchmarkPlan): AsyncGenerator<RowOutcome> {
  const pairs = new ProcessPairs(plan.cores, plan.isReusingProcesses);
  try {
    for (const row of plan.rows) {
      const peers = plan.peers.filter((peer) => peer !== 'limit' || row.hasLimit);
      const contestants = peers.map((peer) => new Contestant(peer, pairs));
      if (contestants.length > 0) {
        yield await runRow(row, contestants, plan);
      }
    }
  } finally {
    await pairs.close();
  }
}

/** The peers take turns, so that whatever else the machine does meets all of them. */
async function runRow(
  row: Row,
  contestants: readonly Contestant[],
  plan: BenchmarkPlan,
): Promise<RowOutcome> {
  try {
    for (const contestant of contestants) {
      await contestant.prepare(row, plan.warmUp);
    }
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const contestant of contestants) {
        await contestant.playRound(plan.timing);
      }
    }
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.leave()));
  }
  return {
    row,
    peers: contestants.map(({ peer, rounds, failure }) => ({ peer, rounds, failure })),
  };
}
