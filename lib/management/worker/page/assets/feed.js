/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('./port.js').Port} Port
 * @typedef {import('./clock.js').PageClock} PageClock
 */
import { EventStream } from './event-stream.js';
import { PortError } from './port.js';

/**
 * `refused`: another token is needed.
 * @typedef {{ kind: 'connecting' | 'open' }
 *   | { kind: 'waiting', reason: string, retryInMs: number }
 *   | { kind: 'refused', reason: string }} FeedState
 */

/**
 * @typedef {object} FeedListener
 * @property {(picture: FeedPicture) => void} onPicture
 * @property {(state: FeedState) => void} onState
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** An event is due every second; after this long without one the connection is given up. */
const SILENCE_LIMIT_MS = 6_000;

/**
 * Listens to the feed of the management port, and does not give up.
 *
 *   connecting ──first event──▶ open ──lost, or silent──▶ waiting ──▶ connecting
 *       └─ 401, 403 ──▶ refused ──restart()──▶ connecting
 */
export class Feed {
  #port;
  #clock;
  #listener;
  #waitMs = FIRST_WAIT_MS;
  /** @type {AbortController | undefined} */
  #attempt;
  /** @type {{ cancel(): void } | undefined} */
  #timer;

  /**
   * @param {Port} port
   * @param {PageClock} clock
   * @param {FeedListener} listener
   */
  constructor(port, clock, listener) {
    this.#port = port;
    this.#clock = clock;
    this.#listener = listener;
  }

  stop() {
    this.#timer?.cancel();
    this.#attempt?.abort();
  }

  /** Begins anew, with another token for example. */
  restart() {
    this.stop();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#listener.onState({ kind: 'connecting' });
    this.#listen(attempt).catch((error) => this.#onEnd(attempt, error));
  }

  /** @param {AbortController} attempt */
  async #listen(attempt) {
    this.#watch(attempt);
    const body = await this.#port.stream('feed', attempt.signal);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventStream();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new PortError(0, 'the management port ended the feed');
      for (const data of events.push(value)) this.#onEvent(attempt, data);
    }
  }

  /**
   * @param {AbortController} attempt
   * @param {string} data
   */
  #onEvent(attempt, data) {
    if (attempt.signal.aborted) return;
    const picture = JSON.parse(data);
    this.#watch(attempt);
    this.#waitMs = FIRST_WAIT_MS;
    this.#listener.onState({ kind: 'open' });
    this.#listener.onPicture(picture);
  }

  /** @param {AbortController} attempt */
  #watch(attempt) {
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(SILENCE_LIMIT_MS, () =>
      this.#onEnd(attempt, new PortError(0, 'the management port is silent')),
    );
  }

  /**
   * @param {AbortController} attempt
   * @param {unknown} error
   */
  #onEnd(attempt, error) {
    if (attempt.signal.aborted) return;
    attempt.abort();
    this.#timer?.cancel();
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof PortError && [401, 403].includes(error.status)) {
      this.#listener.onState({ kind: 'refused', reason });
      return;
    }
    this.#timer = this.#clock.schedule(this.#waitMs, () => this.restart());
    this.#listener.onState({ kind: 'waiting', reason, retryInMs: this.#waitMs });
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }
}
