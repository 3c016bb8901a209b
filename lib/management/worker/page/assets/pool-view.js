/**
 * @typedef {import('../feed-picture.js').FeedPool} FeedPool
 * @typedef {import('../feed-picture.js').FeedEndpoint} FeedEndpoint
 * @typedef {import('./figures.js').PoolFigures} PoolFigures
 * @typedef {import('./endpoint-view.js').EndpointAction} EndpointAction
 */
import { element, setText } from './element.js';
import { EndpointView } from './endpoint-view.js';
import { formatCount, formatMs, formatNumber, formatRate } from './format.js';
import { KeyedList } from './keyed-list.js';
import { NumberList } from './number-list.js';
import { Pill } from './pill.js';

/** @typedef {{ pool: FeedPool, figures: PoolFigures | undefined }} PoolItem */
/** @typedef {(pool: string, endpoint: string, action: EndpointAction) => void} EndpointControl */

/** A pool: its numbers, and its endpoints as a picture. */
export class PoolView {
  #state = new Pill();
  #numbers = new NumberList();
  #sizing = element('p', { class: 'note' });
  #more = element('p', { class: 'note' });
  /** @type {KeyedList<{ endpoint: FeedEndpoint, pool: FeedPool }>} */
  #endpoints;
  root;

  /**
   * @param {string} name
   * @param {EndpointControl} control
   */
  constructor(name, control) {
    const title = element(
      'div',
      { class: 'card-title' },
      element('h3', { text: name }),
      this.#state.root,
    );
    const boxes = element('div', { class: 'endpoints' });
    this.#endpoints = new KeyedList(
      boxes,
      ({ endpoint }) => endpoint.address,
      ({ endpoint: { address } }) => {
        const view = new EndpointView(address, (action) => control(name, address, action));
        return { root: view.root, show: ({ endpoint, pool }) => view.show(endpoint, pool.sizing) };
      },
    );
    const parts = [title, this.#numbers.root, boxes, this.#more, this.#sizing];
    this.root = element('article', { class: 'card', 'aria-label': `pool ${name}` }, ...parts);
  }

  /** @param {PoolItem} item */
  show({ pool, figures }) {
    this.#state.show(pool.state);
    this.#showNumbers(pool, figures);
    this.#endpoints.show(pool.endpoints.map((endpoint) => ({ endpoint, pool })));
    const { omittedEndpoints } = pool;
    setText(
      this.#more,
      omittedEndpoints === 0 ? '' : `and ${formatCount(omittedEndpoints)} more endpoints`,
    );
    setText(this.#sizing, sizingOf(pool));
  }

  /**
   * @param {FeedPool} pool
   * @param {PoolFigures | undefined} figures
   */
  #showNumbers({ inFlight, waiters }, figures) {
    const numbers = this.#numbers;
    numbers.show('calls', formatRate(figures?.rate));
    numbers.show('p50', formatMs(figures?.latency.p50));
    numbers.show('p99', formatMs(figures?.latency.p99));
    numbers.show('in flight', formatCount(inFlight));
    numbers.show('waiting', formatCount(waiters), { isBad: waiters > 0 });
    numbers.show('failed', formatRate(figures?.failureRate), {
      isBad: (figures?.failureRate ?? 0) > 0,
    });
    numbers.show('retried', formatRate(figures?.retryRate));
    numbers.show('rejected', formatRate(figures?.rejectionRate));
  }
}

/** @param {FeedPool} pool */
function sizingOf({ sizing, littlesLaw }) {
  const { minConnections, maxConnections, lowWatermark, highWatermark } = sizing;
  const { concurrency, recommendedConnections, recommendedMaxConnections } = littlesLaw;
  const configured = `${rangeOf(minConnections, maxConnections)} per endpoint, watermarks ${formatCount(lowWatermark)} and ${formatCount(highWatermark)}.`;
  if (recommendedConnections === 0) return configured;
  const carriers = rangeOf(recommendedConnections, recommendedMaxConnections);
  return `${configured} By Little’s law ${formatNumber(concurrency)} calls are in flight on average, for which ${carriers} in all would do.`;
}

/**
 * @param {number} from
 * @param {number} to
 */
function rangeOf(from, to) {
  if (from === to) return from === 1 ? '1 connection' : `${from} connections`;
  return `${from}–${to} connections`;
}
