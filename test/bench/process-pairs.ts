import type { Cores } from './cores.js';
import type { PeerName } from './peers/peer.js';
import { ProcessPair } from './process-pair.js';

/** Where the processes of a row come from: fresh ones, or for a smoke run those of the row before. */
export class ProcessPairs {
  private readonly kept = new Map<PeerName, ProcessPair>();

  constructor(
    private readonly cores: Cores | undefined,
    private readonly isReusing: boolean,
  ) {}

  async take(peer: PeerName): Promise<ProcessPair> {
    const kept = this.kept.get(peer);
    this.kept.delete(peer);
    return kept ?? (await ProcessPair.start(peer, this.cores));
  }

  async giveBack(peer: PeerName, pair: ProcessPair, isUsable: boolean): Promise<void> {
    if (this.isReusing && isUsable) {
      this.kept.set(peer, pair);
    } else {
      await pair.stop();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.kept.values()].map((pair) => pair.stop()));
  }
}
