import type { Clock, Timer } from '../common/clock.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import { FrameType } from '../protocol/frame.js';
import type { FramedLink } from './framed-link.js';

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
  readonly #framed: FramedLink;
  readonly #pings = new Map<number, OpenPing>();
  #sequence = 0;

  constructor(clock: Clock, framed: FramedLink) {
    this.#clock = clock;
    this.#framed = framed;
  }

  /**
   * Asks the peer for a sign of life of its service.
   *
   * @returns the round trip in ms
   * @throws SocketPoolError `HEARTBEAT_TIMEOUT` when no answer came in time, `CONNECTION_LOST` when the
   *   connection is closed, or cannot ping
   */
  open(timeoutMs: number): Promise<number> {
    const problem = this.#problem();
    if (problem !== undefined) return Promise.reject(problem);
    return new Promise((resolve, reject) => {
      this.#sequence = (this.#sequence + 1) & 0x7fff_ffff;
      const nonce = FIRST_NONCE + this.#sequence;
      const timer = this.#clock.schedule(timeoutMs, () => this.#expire(nonce, timeoutMs), true);
      this.#pings.set(nonce, { sentAt: this.#clock.now(), timer, resolve, reject });
      this.#framed.send({ type: FrameType.Ping, nonce });
    });
  }

  answer(nonce: number): void {
    const ping = this.#take(nonce);
    ping?.resolve(this.#clock.now() - ping.sentAt);
  }

  failAll(error: Error): void {
    for (const nonce of [...this.#pings.keys()]) this.#take(nonce)?.reject(error);
  }

  #problem(): SocketPoolError | undefined {
    const { remote } = this.#framed.link;
    if (!this.#framed.isOpen || !this.#framed.capabilities.ping) {
      const text = `${remote} cannot be asked: not connected, or its dialect has no pings`;
      return new SocketPoolError('CONNECTION_LOST', text);
    }
    if (this.#pings.size < MAX_OPEN_PINGS) return undefined;
    const text = `${remote} has ${MAX_OPEN_PINGS} pings unanswered`;
    return new SocketPoolError('HEARTBEAT_TIMEOUT', text);
  }

  #expire(nonce: number, timeoutMs: number): void {
    const text = `${this.#framed.link.remote} answered no ping within ${timeoutMs} ms`;
    this.#take(nonce)?.reject(new SocketPoolError('HEARTBEAT_TIMEOUT', text));
  }

  #take(nonce: number): OpenPing | undefined {
    const ping = this.#pings.get(nonce);
    this.#pings.delete(nonce);
    ping?.timer.cancel();
    return ping;
  }
}
