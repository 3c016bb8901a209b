import type { PeerName } from './peers/peer.js';
import type { ProcessPair, Round, RoundTiming } from './process-pair.js';
import type { ProcessPairs } from './process-pairs.js';
import type { Row } from './row.js';

/** One peer in one row: its processes and what they measured. A failure ends its part, not the benchmark. */
export class Contestant {
  readonly rounds: Round[] = [];
  failure: string | undefined;
  private pair: ProcessPair | undefined;

  constructor(
    readonly peer: PeerName,
    private readonly pairs: ProcessPairs,
  ) {}

  prepare(row: Row, warmUp: RoundTiming): Promise<void> {
    return this.attempt(async () => {
      this.pair = await this.pairs.take(this.peer);
      await this.pair.prepareRow(row);
      await this.pair.measure(warmUp);
    });
  }

  playRound(timing: RoundTiming): Promise<void> {
    return this.attempt(async (pair) => {
      this.rounds.push(await pair!.measure(timing));
    });
  }

  async leave(): Promise<void> {
    if (this.pair) {
      await this.pairs.giveBack(this.peer, this.pair, this.failure === undefined);
    }
  }

  private async attempt(step: (pair: ProcessPair | undefined) => Promise<void>): Promise<void> {
    if (this.failure !== undefined) {
      return;
    }
    try {
      await step(this.pair);
    } catch (error) {
      this.failure = (error as Error).message;
    }
  }
}
