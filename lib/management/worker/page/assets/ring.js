/**
 * The last so many items, the oldest first.
 * @template Item
 */
export class Ring {
  /** @type {Item[]} */
  #items = [];
  #capacity;

  /** @param {number} capacity */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  /** @param {Item} item */
  push(item) {
    this.#items.push(item);
    if (this.#items.length > this.#capacity) this.#items.shift();
  }

  /** @returns {readonly Item[]} */
  get items() {
    return this.#items;
  }

  /** @returns {Item | undefined} */
  get first() {
    return this.#items[0];
  }

  /** @returns {Item | undefined} */
  get last() {
    return this.#items.at(-1);
  }

  clear() {
    this.#items = [];
  }
}
