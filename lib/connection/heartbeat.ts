import type { Clock, Timer } from '../common/clock.js';
import type { PongFrame } from '../protocol/frame.js';
import type { BeaconAnswer, BusyTerms, PeerCondition, PeerSign } from './peer-condition.js';
import { afterSign, PLAIN_TERMS, READY, vouchesFor } from './peer-condition.js';

/** The terms of a heartbeat. */
export interface HeartbeatTerms {
  /** Time between two pings, in ms. */
  readonly intervalMs: number;
  /** How many intervals may pass in silence. */
  readonly misses: number;
}

/** What a heartbeat needs of its connection. */
export interface HeartbeatPeer {
  sendPing(nonce: number): void;
  /** Nothing is taken in on this side, so that silence says nothing about the peer. */
  isDeaf(): boolean;
  /** Where reading is paused, takes in whatever comes next all the same, within bounds. */
  glimpse?(): void;
  /**
   * Asks the beacon of the peer, if it has one. Never rejects.
   *
   * @returns `undefined` when nobody answered within `limitMs`, or there is no beacon
   */
  askBeacon?(limitMs: number): Promise<BeaconAnswer | undefined> | undefined;
  /** The peer is in another condition than before; not called when it is dead. */
  onCondition?(condition: PeerCondition): void;
  onPeerSilent(silentMs: number): void;
}

/** A tick that comes later than this share of the interval was delayed by this process, not by the peer. */
const STALL_RATIO = 0.5;
/** Share of the time for an answer that a loop that turns takes at most. */
const GRACE_RATIO = 0.5;

/**
 * Tells whether the peer is there, on the business connection itself: a side connection would only
 * tell that some other thread of the peer is well.
 *
 * A ping goes out at every interval, also while reading is paused and while data is unacknowledged:
 * on a paused socket only a write finds out that the peer has been reset, and only a look at what comes
 * next that it has vanished without a word. Anything that arrives counts as
 * a sign of life. A peer that falls silent right after a tick is noticed `misses + 1` intervals later.
 *
 * Within an interval it is looked once whether the ping was answered. If not, the peer is busy; and if
 * nothing at all was heard, its beacon is asked, so that the answer is there when it is needed. While a
 * peer is busy it is pinged at that moment, too, and so is found ready again sooner.
 *
 * A stall of this process is never held against the peer. A tick that is itself late counts against
 * nobody; and since the loop runs timers before it reads sockets, silence is only believed after the
 * sockets were read once more.
 */
export class Heartbeat {
  readonly #terms: HeartbeatTerms;
  readonly #clock: Clock;
  readonly #peer: HeartbeatPeer;
  readonly #busyTerms: BusyTerms;
  #condition: PeerCondition = READY;
  #timer: Timer | undefined;
  #isRunning = false;
  #expectedAt = 0;
  /** By how much the timers of this interval were late. */
  #stalledMs = 0;
  #hasHeard = false;
  #silentTicks = 0;
  #totalSilentTicks = 0;
  /** When the first of the pings was sent that were not answered since anything was heard. */
  #quietSince = 0;
  #isVouchedFor = false;
  #nonce = 0;
  #pingSentAt = 0;
  #isPingOpen = false;
  #isPingLate = false;
  #roundTripMs: number | undefined;

  constructor(
    terms: HeartbeatTerms,
    clock: Clock,
    peer: HeartbeatPeer,
    busyTerms: BusyTerms = PLAIN_TERMS,
  ) {
    this.#terms = terms;
    this.#clock = clock;
    this.#peer = peer;
    this.#busyTerms = busyTerms;
  }

  get condition(): PeerCondition {
    return this.#condition;
  }

  /** Intervals of silence so far. */
  get missed(): number {
    return this.#silentTicks;
  }

  /** Intervals of silence since the start. */
  get totalMissed(): number {
    return this.#totalSilentTicks;
  }

  /** The last measured time from a ping to its pong, in ms. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  start(): void {
    this.#isRunning = true;
    // Without a ping of its own the first interval would count as silent on a quiet connection.
    this.#beginInterval(true);
  }

  /** Whoever is told of a condition may do so, too. */
  stop(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Something arrived. Called for every chunk, so it only sets a flag. */
  heard(): void {
    this.#hasHeard = true;
  }

  pong({ nonce, loopLagMs, queueAgeMs }: PongFrame): void {
    if (!this.#isPingOpen || nonce !== this.#nonce) return;
    this.#isPingOpen = false;
    this.#roundTripMs = this.#clock.now() - this.#pingSentAt;
    this.#note({ kind: 'answered', wasLate: this.#isPingLate, loopLagMs, queueAgeMs });
  }

  get #lateMs(): number {
    return this.#terms.intervalMs * this.#busyTerms.lateRatio;
  }

  /** @param hasHeard anything arrived in the interval before */
  #beginInterval(hasHeard: boolean): void {
    const { intervalMs } = this.#terms;
    this.#hasHeard = this.#isVouchedFor = false;
    this.#stalledMs = 0;
    this.#peer.glimpse?.();
    if (hasHeard) this.#quietSince = this.#clock.now();
    if (this.#lateMs < intervalMs) this.#wait(this.#lateMs, () => this.#look());
    else this.#wait(intervalMs, () => this.#tick());
    this.#ping();
  }

  #wait(delayMs: number, onDue: () => void): void {
    if (!this.#isRunning) return;
    this.#expectedAt = this.#clock.now() + delayMs;
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#stalledMs += Math.max(this.#clock.now() - this.#expectedAt, 0);
      onDue();
    });
  }

  #look(): void {
    if (this.#isPingOpen && !this.#peer.isDeaf())
      this.#timer = this.#clock.afterTurn(() => this.#concludeLook());
    else this.#endLook();
  }

  #concludeLook(): void {
    if (this.#isPingOpen && this.#stalledMs <= this.#lateMs * STALL_RATIO) {
      this.#isPingLate = true;
      this.#note({ kind: 'late' });
    }
    if (!this.#hasHeard) this.#ask();
    this.#endLook();
  }

  #endLook(): void {
    this.#wait(this.#terms.intervalMs - this.#lateMs, () => this.#tick());
    if (this.#condition.kind !== 'ready' && !this.#isPingOpen) this.#ping();
  }

  /** What is answered after the end of the interval comes too late to be of use. */
  #ask(): void {
    const quietMs = this.#clock.now() - this.#quietSince;
    const nonce = this.#nonce;
    const limitMs = this.#terms.intervalMs - this.#lateMs;
    void this.#peer.askBeacon?.(limitMs)?.then((answer) => {
      if (answer === undefined || nonce !== this.#nonce) return;
      const graceMs = this.#lateMs * GRACE_RATIO;
      this.#isVouchedFor = vouchesFor(answer, quietMs, graceMs, this.#busyTerms);
    });
  }

  #tick(): void {
    const isOwnStall = this.#stalledMs > this.#terms.intervalMs * STALL_RATIO;
    const isExcused = isOwnStall || this.#peer.isDeaf();
    if (this.#hasHeard || isExcused) this.#conclude(false);
    else this.#timer = this.#clock.afterTurn(() => this.#conclude(true));
  }

  /** @param isBlamed on the peer, when nothing was heard */
  #conclude(isBlamed: boolean): void {
    this.#timer = undefined;
    const hasHeard = this.#hasHeard;
    if (hasHeard) this.#silentTicks = 0;
    else if (isBlamed) this.#noteSilence();
    if (hasHeard) this.#note({ kind: 'heard' });
    if (this.#condition.kind !== 'dead') this.#beginInterval(hasHeard);
    else this.#peer.onPeerSilent(this.#silentTicks * this.#terms.intervalMs);
  }

  #noteSilence(): void {
    this.#totalSilentTicks++;
    this.#silentTicks++;
    if (this.#silentTicks < this.#terms.misses) this.#note({ kind: 'late' });
    else this.#note({ kind: 'silent', isVouchedFor: this.#isVouchedFor });
  }

  #note(sign: PeerSign): void {
    const before = this.#condition;
    this.#condition = afterSign(before, sign, this.#busyTerms);
    const { kind } = this.#condition;
    if (kind !== before.kind && kind !== 'dead') this.#peer.onCondition?.(this.#condition);
  }

  #ping(): void {
    if (!this.#isRunning) return;
    this.#nonce = (this.#nonce + 1) & 0x7fff_ffff;
    this.#pingSentAt = this.#clock.now();
    this.#isPingOpen = true;
    this.#isPingLate = false;
    this.#peer.sendPing(this.#nonce);
  }
}
