import type { HeartbeatTerms } from '../../../lib/connection/heartbeat.js';
import { Heartbeat } from '../../../lib/connection/heartbeat.js';
import type {
  BeaconAnswer,
  BusyTerms,
  PeerCondition,
} from '../../../lib/connection/peer-condition.js';
import type { PongFrame } from '../../../lib/protocol/frame.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { ManualClock } from '../../support/manual-clock.js';

export const INTERVAL_MS = 1_000;

export const BUSY_TERMS: BusyTerms = {
  lateRatio: 0.5,
  busyLagMs: 200,
  busyQueueMs: 400,
  maxStuckMs: 20_000,
};

export interface Load {
  readonly loopLagMs?: number;
  readonly queueAgeMs?: number;
}

export function pongFrame(nonce: number, { loopLagMs = 0, queueAgeMs = 0 }: Load = {}): PongFrame {
  return { type: FrameType.Pong, nonce, loopLagMs, queueAgeMs };
}

/** A heartbeat, and a peer that does what a test tells it to. */
export class HeartbeatBench {
  readonly clock = new ManualClock();
  readonly pings: number[] = [];
  readonly silences: number[] = [];
  readonly conditions: string[] = [];
  readonly questions: number[] = [];
  readonly heartbeat: Heartbeat;
  isPaused = false;
  /** Done while a tick decides. */
  atTick: () => void = () => undefined;
  /** What the peer does with a ping. */
  atPing: (nonce: number) => void = () => undefined;
  /** What its beacon says. */
  beacon: (limitMs: number) => Promise<BeaconAnswer | undefined> | undefined = () => undefined;
  atCondition: () => void = () => undefined;

  constructor(terms: Partial<HeartbeatTerms> = {}, busyTerms?: BusyTerms) {
    const peer = {
      sendPing: (nonce: number) => {
        this.pings.push(nonce);
        this.atPing(nonce);
      },
      isDeaf: () => {
        this.atTick();
        return this.isPaused;
      },
      askBeacon: (limitMs: number) => {
        this.questions.push(limitMs);
        return this.beacon(limitMs);
      },
      onCondition: (condition: PeerCondition) => {
        this.conditions.push(condition.kind === 'busy' ? condition.why : condition.kind);
        this.atCondition();
      },
      onPeerSilent: (silentMs: number) => this.silences.push(silentMs),
    };
    const all = { intervalMs: INTERVAL_MS, misses: 3, ...terms };
    this.heartbeat = new Heartbeat(all, this.clock, peer, busyTerms);
    this.heartbeat.start();
  }

  /** A bench with a heartbeat that tells busy from ready. */
  static busy(terms: Partial<HeartbeatTerms> = {}, busyTerms: Partial<BusyTerms> = {}) {
    return new HeartbeatBench(terms, { ...BUSY_TERMS, ...busyTerms });
  }

  get condition(): PeerCondition['kind'] {
    return this.heartbeat.condition.kind;
  }

  /** The peer answers each ping after so long. */
  answerAfter(ms: number, load: Load = {}): void {
    this.atPing = (nonce) => {
      this.clock.schedule(ms, () => {
        this.heartbeat.heard();
        this.heartbeat.pong(pongFrame(nonce, load));
      });
    };
    this.atPing(this.pings.at(-1)!);
  }

  /** The peer does not answer from now on. */
  fallSilent(): void {
    this.atPing = () => undefined;
  }

  /** Lets a quarter of an interval pass at a time, so that beacons can answer in between. */
  async pass(intervals: number): Promise<void> {
    for (let quarters = 0; quarters < intervals * 4; quarters++) {
      this.clock.advance(INTERVAL_MS / 4);
      await Promise.resolve();
      await Promise.resolve();
    }
  }
}
