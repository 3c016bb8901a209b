/**
 * A port at which this thread says for how long the service's loop has stood still: whoever gets no
 * answer from the service learns here whether to wait for it. It says this and nothing else, only to
 * those who know the process by its id, in fewer bytes than it was asked with, and to a bounded number
 * at a time. PROTOCOL.md §14.
 */
import type { Link, Listener } from '../../../link/link.js';
import {
  BEACON_QUESTION_BYTES,
  readBeaconQuestion,
  writeBeaconAnswer,
} from '../../../protocol/beacon.js';
import type { WorkerClock } from '../worker-clock.js';

/** Questions that may be under way at once; whoever comes above that is closed, and asks again later. */
const MAX_VISITORS = 64;
/** From being accepted to being closed. */
const VISIT_LIMIT_MS = 1_000;

export interface BeaconParts {
  readonly listener: Listener;
  readonly clock: WorkerClock;
  /** By which this process is known. */
  readonly id: string;
  /** For how long the service's loop has stood still. */
  readonly stuckMs: () => number;
  readonly onLost: (error: Error) => void;
}

export class Beacon {
  private readonly visitors = new Set<Link>();

  constructor(private readonly parts: BeaconParts) {}

  /** @throws the system's error when the address cannot be bound */
  open(): Promise<void> {
    const { onLost } = this.parts;
    return this.parts.listener.listen({
      onLink: (link) => this.onLink(link),
      onError: (error) => onLost(error),
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.parts.listener.close();
    for (const link of this.visitors) link.destroy();
  }

  private onLink(link: Link): void {
    if (this.visitors.size >= MAX_VISITORS) {
      link.destroy();
      return;
    }
    this.visitors.add(link);
    const timer = this.parts.clock.schedule(VISIT_LIMIT_MS, () => link.destroy());
    let received = Buffer.alloc(0);
    link.start({
      onData: (chunk) => {
        received = Buffer.concat([received, chunk.subarray(0, BEACON_QUESTION_BYTES + 1)]);
        if (received.length < BEACON_QUESTION_BYTES) return;
        link.pause();
        this.answer(link, received);
      },
      onDrain: () => {},
      onEnd: () => link.destroy(),
      onClose: () => {
        timer.cancel();
        this.visitors.delete(link);
      },
    });
  }

  private answer(link: Link, question: Buffer): void {
    if (readBeaconQuestion(question) !== this.parts.id) {
      link.destroy();
      return;
    }
    link.write(writeBeaconAnswer(this.parts.stuckMs()));
    link.end();
    // The end of whoever asked is read, too; what else it says is thrown away.
    link.resume();
  }
}
