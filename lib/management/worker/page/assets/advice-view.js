/**
 * @typedef {import('../../diagnostics/kernel-advice.js').Advice} Advice
 * @typedef {import('./port.js').Port} Port
 */
import { byId, element, setText } from './element.js';
import { KeyedList } from './keyed-list.js';
import { Pill } from './pill.js';

/** What in the kernel's settings is at odds with the service; it hardly ever changes, and is asked for once. */
export class AdviceView {
  #port;
  #isAsked = false;
  /** @type {KeyedList<Advice>} */
  #list = new KeyedList(byId('advice'), ({ setting }) => setting, adviceView);

  /** @param {Port} port */
  constructor(port) {
    this.#port = port;
  }

  async show() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const answer = await this.#port.get('diagnostics/advice').catch(() => undefined);
    /** @type {readonly Advice[]} */
    const advice = answer?.advice ?? [];
    this.#list.show(advice);
    byId('advice-section').hidden = advice.length === 0;
  }

  /** With another token there may be more to see. */
  forget() {
    this.#isAsked = false;
  }
}

/** @returns {import('./keyed-list.js').ItemView<Advice>} */
function adviceView() {
  const pill = new Pill();
  const text = element('span');
  return {
    root: element('li', {}, pill.root, text),
    show({ level, setting, seen, recommended, why }) {
      pill.show(level, level === 'warning' ? 'warn' : 'none');
      setText(text, `${setting} is ${seen}, recommended ${recommended}: ${why}`);
    },
  };
}
