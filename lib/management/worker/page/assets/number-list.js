import { element, setAttribute, setText } from './element.js';

/** @typedef {{ value: HTMLElement, note: HTMLElement, root: HTMLElement }} Entry */

/** Names with their values, the values changing. */
export class NumberList {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  root;

  /** @param {HTMLElement} [root] a `dl` */
  constructor(root = element('dl', { class: 'numbers' })) {
    this.root = root;
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {{ note?: string, isBad?: boolean }} [more]
   */
  show(name, text, { note = '', isBad = false } = {}) {
    const entry = this.#entries.get(name) ?? this.#add(name);
    setText(entry.value, text);
    setText(entry.note, note);
    setAttribute(entry.root, 'data-tone', isBad ? 'bad' : undefined);
  }

  /** @param {string} name */
  #add(name) {
    const value = element('span');
    const note = element('small');
    const root = element('dd', {}, value, note);
    this.root.append(element('div', {}, element('dt', { text: name }), root));
    const entry = { value, note, root };
    this.#entries.set(name, entry);
    return entry;
  }
}
