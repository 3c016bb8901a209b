/**
 * @typedef {import('../feed-picture.js').FeedServer} FeedServer
 * @typedef {import('./figures.js').PatternFigures} PatternFigures
 * @typedef {import('../../../management.contract.js').PatternPicture} PatternPicture
 */
import { element, setText } from './element.js';
import { patternKey } from './figures.js';
import { formatCount, formatMs, formatRate } from './format.js';
import { NumberList } from './number-list.js';
import { Pill } from './pill.js';
import { TableView } from './table-view.js';

/** @typedef {{ server: FeedServer, patterns: Map<string, PatternFigures> | undefined }} ServerItem */
/** @typedef {{ pattern: PatternPicture, figures: PatternFigures | undefined }} PatternRow */

/** @type {readonly import('./table-view.js').Column<PatternRow>[]} */
const COLUMNS = [
  { name: 'Pattern', text: ({ pattern }) => nameOf(pattern), kind: 'wide' },
  { name: 'Calls', text: ({ figures }) => formatRate(figures?.rate), kind: 'number' },
  { name: 'Errors', text: ({ figures }) => formatRate(figures?.errorRate), kind: 'number' },
  { name: 'In flight', text: ({ pattern }) => formatCount(pattern.inFlight), kind: 'number' },
  { name: 'p50', text: ({ figures }) => formatMs(figures?.latency.p50), kind: 'number' },
  { name: 'p99', text: ({ figures }) => formatMs(figures?.latency.p99), kind: 'number' },
];

/** A server: its connections against their limit, and what each pattern costs. */
export class ServerView {
  #state = new Pill();
  #addresses = element('p', { class: 'note mono' });
  #numbers = new NumberList();
  #share = element('span');
  #more = element('p', { class: 'note' });
  /** @type {TableView<PatternRow>} */
  #patterns = new TableView('Patterns', ({ pattern }) => nameOf(pattern), COLUMNS);
  root;

  /** @param {string} name */
  constructor(name) {
    const title = element(
      'div',
      { class: 'card-title' },
      element('h3', { text: name }),
      this.#state.root,
    );
    const meter = element('div', { class: 'meter' }, this.#share);
    const parts = [this.#addresses, this.#numbers.root, meter, this.#patterns.root, this.#more];
    this.root = element('article', { class: 'card', 'aria-label': name }, title, ...parts);
  }

  /** @param {ServerItem} item */
  show({ server, patterns }) {
    const { connectionCount, maxConnections, omittedPatterns } = server;
    this.#state.show(server.state);
    setText(this.#addresses, server.addresses.join(', '));
    this.#showNumbers(server);
    this.#share.style.setProperty('--share', String(Math.min(connectionCount / maxConnections, 1)));
    this.#patterns.show(
      server.patterns.map((pattern) => ({
        pattern,
        figures: patterns?.get(patternKey(server.name, pattern.pattern)),
      })),
    );
    setText(
      this.#more,
      omittedPatterns === 0 ? '' : `and ${formatCount(omittedPatterns)} more patterns`,
    );
  }

  /** @param {FeedServer} server */
  #showNumbers({ connectionCount, maxConnections, inFlight, accepted, refused, rejected }) {
    const numbers = this.#numbers;
    const limit = `${formatCount(connectionCount)} of ${formatCount(maxConnections)}`;
    numbers.show('connections', limit, { isBad: connectionCount >= maxConnections });
    numbers.show('in flight', formatCount(inFlight));
    numbers.show('accepted so far', formatCount(accepted));
    numbers.show('refused', formatCount(refused));
    numbers.show('calls rejected', formatCount(rejected));
  }
}

/** @param {PatternPicture} pattern */
function nameOf({ pattern, isEvent }) {
  return isEvent ? `${pattern} (event)` : pattern;
}
