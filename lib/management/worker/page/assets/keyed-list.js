/**
 * @template Item
 * @typedef {object} ItemView
 * @property {Element} root
 * @property {(item: Item) => void} show
 */

/**
 * A list whose elements stay where they are while their items change: what is focused, opened or selected
 * remains so.
 *
 * @template Item
 */
export class KeyedList {
  /** @type {Map<string, ItemView<Item>>} */
  #views = new Map();
  #parent;
  #keyOf;
  #create;

  /**
   * @param {Element} parent holds nothing but the list
   * @param {(item: Item) => string} keyOf unique in the list
   * @param {(item: Item) => ItemView<Item>} create
   */
  constructor(parent, keyOf, create) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#create = create;
  }

  /** @param {readonly Item[]} items */
  show(items) {
    /** @type {Map<string, ItemView<Item>>} */
    const views = new Map();
    for (const item of items) {
      const key = this.#keyOf(item);
      const view = this.#views.get(key) ?? this.#create(item);
      view.show(item);
      views.set(key, view);
    }
    for (const [key, { root }] of this.#views) if (!views.has(key)) root.remove();
    this.#views = views;
    this.#arrange();
  }

  #arrange() {
    let next = this.#parent.firstElementChild;
    for (const { root } of this.#views.values()) {
      if (root === next) next = next.nextElementSibling;
      else this.#parent.insertBefore(root, next);
    }
  }
}
