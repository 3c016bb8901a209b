import type { Clock, Timer } from '../common/clock.js';

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
  /** Reading is paused on this side, so that silence says nothing about the peer. */
  isReadingPaused(): boolean;
  onPeerSilent(silentMs: number): void;
}

/** A tick that comes later than this share of the interval was delayed by this process, not by the peer. */
const STALL_RATIO = 0.5;

/**
 * Tells whether the peer is there, on the business connection itself: a side connection would only
 * tell that some other thread of the peer is well.
 *
 * A ping goes out at every interval, also while reading is paused and while data is unacknowledged:
 * on a paused socket only a write finds out that the peer has vanished. Anything that arrives counts as
 * a sign of life. A peer that falls silent right after a tick is noticed `misses + 1` intervals later.
 *
 * A stall of this process is never held against the peer. A tick that is itself late counts against
 * nobody; and since the loop runs timers before it reads sockets, silence is only believed after the
 * sockets were read once more.
 */
export class Heartbeat {
  readonly #terms: HeartbeatTerms;
  readonly #clock: Clock;
  readonly #peer: HeartbeatPeer;
  #timer: Timer | undefined;
  #expectedAt = 0;
  #hasHeard = false;
  #silentTicks = 0;
  #totalSilentTicks = 0;
  #nonce = 0;
  #pingSentAt = 0;
  #isPingOpen = false;
  #roundTripMs: number | undefined;

  constructor(terms: HeartbeatTerms, clock: Clock, peer: HeartbeatPeer) {
    this.#terms = terms;
    this.#clock = clock;
    this.#peer = peer;
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
    this.#schedule();
    // Without a ping of its own the first interval would count as silent on a quiet connection.
    this.#ping();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Something arrived. Called for every chunk, so it only sets a flag. */
  heard(): void {
    this.#hasHeard = true;
  }

  pong(nonce: number): void {
    if (!this.#isPingOpen || nonce !== this.#nonce) return;
    this.#isPingOpen = false;
    this.#roundTripMs = this.#clock.now() - this.#pingSentAt;
  }

  #schedule(): void {
    this.#expectedAt = this.#clock.now() + this.#terms.intervalMs;
    this.#timer = this.#clock.schedule(this.#terms.intervalMs, () => this.#tick());
  }

  #tick(): void {
    const isOwnStall = this.#clock.now() - this.#expectedAt > this.#terms.intervalMs * STALL_RATIO;
    const isExcused = isOwnStall || this.#peer.isReadingPaused();
    if (this.#hasHeard || isExcused) this.#conclude(this.#silentTicks);
    else this.#timer = this.#clock.afterTurn(() => this.#conclude(this.#silentTicks + 1));
  }

  /** @param silentTicks how many there are when nothing was heard */
  #conclude(silentTicks: number): void {
    this.#timer = undefined;
    if (!this.#hasHeard && silentTicks > this.#silentTicks) this.#totalSilentTicks++;
    this.#silentTicks = this.#hasHeard ? 0 : silentTicks;
    this.#hasHeard = false;
    if (this.#silentTicks >= this.#terms.misses) {
      this.#peer.onPeerSilent(this.#silentTicks * this.#terms.intervalMs);
      return;
    }
    this.#schedule();
    this.#ping();
  }

  #ping(): void {
    this.#nonce = (this.#nonce + 1) & 0x7fff_ffff;
    this.#pingSentAt = this.#clock.now();
    this.#isPingOpen = true;
    this.#peer.sendPing(this.#nonce);
  }
}
