import { byId, setAttribute, setText } from './element.js';

/** @typedef {import('./clock.js').PageClock} PageClock */

const SHOWN_MS = 12_000;

/** What became of what was asked for, in one line, for a while. */
export class Notice {
  #clock;
  /** @type {{ cancel(): void } | undefined} */
  #timer;

  /** @param {PageClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {string} text
   * @param {'bad' | 'none'} [tone]
   */
  tell(text, tone = 'none') {
    const target = byId('notice');
    setText(target, text);
    setAttribute(target, 'data-tone', tone);
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(SHOWN_MS, () => setText(target, ''));
  }
}
