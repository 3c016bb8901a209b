import type { Clock, Timer } from '../common/clock.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';

/** Nonces of these pings have the top bit set; those of the heartbeat have not. */
const FIRST_NONCE = 0x8000_0000;
const MAX_OPEN_PINGS = 1_000;

interface OpenPing {
  readonly sentAt: number;
  readonly timer: Timer;
  readonly resolve: (roundTripMs: number) => void;
  readonly reject: (error: Error) => void;
}

/** Pings that somebody waits for, as a health check does; the heartbeat keeps its own. */
export class PingTable {
  readonly #clock: Clock;
  readonly #remote: string;
  readonly #pings = new Map<number, OpenPing>();
  #sequence = 0;

  constructor(clock: Clock, remote: string) {
    this.#clock = clock;
    this.#remote = remote;
  }

  /** @param send sends a ping with the nonce it is given */
  open(timeoutMs: number, send: (nonce: number) => void): Promise<number> {
    if (this.#pings.size >= MAX_OPEN_PINGS) {
      return Promise.reject(
        new SocketPoolError(
          'HEARTBEAT_TIMEOUT',
          `${this.#remote} has ${MAX_OPEN_PINGS} pings unanswered`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      this.#sequence = (this.#sequence + 1) & 0x7fff_ffff;
      const nonce = FIRST_NONCE + this.#sequence;
      const timer = this.#clock.schedule(timeoutMs, () => this.#expire(nonce, timeoutMs), true);
      this.#pings.set(nonce, { sentAt: this.#clock.now(), timer, resolve, reject });
      send(nonce);
    });
  }

  answer(nonce: number): void {
    const ping = this.#take(nonce);
    ping?.resolve(this.#clock.now() - ping.sentAt);
  }

  failAll(error: Error): void {
    for (const nonce of [...this.#pings.keys()]) this.#take(nonce)?.reject(error);
  }

  #expire(nonce: number, timeoutMs: number): void {
    const text = `${this.#remote} answered no ping within ${timeoutMs} ms`;
    this.#take(nonce)?.reject(new SocketPoolError('HEARTBEAT_TIMEOUT', text));
  }

  #take(nonce: number): OpenPing | undefined {
    const ping = this.#pings.get(nonce);
    this.#pings.delete(nonce);
    ping?.timer.cancel();
    return ping;
  }
}
