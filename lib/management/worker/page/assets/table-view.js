import { element, setText } from './element.js';
import { KeyedList } from './keyed-list.js';

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name
 * @property {(row: Row) => string} text
 * @property {'number' | 'wide' | 'mono'} [kind]
 */

/**
 * A table whose rows stay where they are while their cells change.
 *
 * @template Row
 */
export class TableView {
  #rows;
  root;

  /**
   * @param {string} caption for those who do not see where the table stands
   * @param {(row: Row) => string} keyOf
   * @param {readonly Column<Row>[]} columns
   */
  constructor(caption, keyOf, columns) {
    const body = element('tbody');
    const heads = columns.map(({ name, kind }) =>
      element('th', { scope: 'col', class: kind, text: name }),
    );
    const head = element('thead', {}, element('tr', {}, ...heads));
    const title = element('caption', { class: 'hidden', text: caption });
    this.root = element('div', { class: 'table-frame' }, element('table', {}, title, head, body));
    this.#rows = new KeyedList(body, keyOf, () => rowOf(columns));
  }

  /** @param {readonly Row[]} rows */
  show(rows) {
    this.#rows.show(rows);
    this.root.hidden = rows.length === 0;
  }
}

/**
 * @template Row
 * @param {readonly Column<Row>[]} columns
 */
function rowOf(columns) {
  const cells = columns.map(({ kind }) => element('td', { class: kind }));
  return {
    root: element('tr', {}, ...cells),
    /** @param {Row} row */
    show(row) {
      columns.forEach(({ text }, index) => {
        const cell = cells[index];
        if (cell !== undefined) setText(cell, text(row));
      });
    },
  };
}
