import { element, setAttribute, setText } from './element.js';

/** @typedef {'good' | 'warn' | 'bad' | 'none'} Tone */

/** How it is with a state of a pool, endpoint or server. @type {Readonly<Record<string, Tone>>} */
const TONES = {
  ready: 'good',
  listening: 'good',
  up: 'good',
  starting: 'warn',
  connecting: 'warn',
  degraded: 'warn',
  draining: 'warn',
  probing: 'warn',
  ejected: 'bad',
  backoff: 'bad',
  unavailable: 'bad',
  down: 'bad',
};

/**
 * @param {string} state
 * @returns {Tone}
 */
export function toneOf(state) {
  return TONES[state] ?? 'none';
}

/** A word for a state, with its colour and shape. */
export class Pill {
  root = element('span', { class: 'pill' });

  /**
   * @param {string} text
   * @param {Tone} [tone] by the text when left out
   */
  show(text, tone = toneOf(text)) {
    setText(this.root, text);
    setAttribute(this.root, 'data-tone', tone);
  }
}
