/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('../feed-picture.js').FeedService} FeedService
 * @typedef {import('./figures.js').Figures} Figures
 * @typedef {import('./pool-view.js').EndpointControl} EndpointControl
 * @typedef {import('./pool-view.js').PoolItem} PoolItem
 * @typedef {import('./server-view.js').ServerItem} ServerItem
 * @typedef {import('../../../management.contract.js').IndicatorResult} IndicatorResult
 */
import { byId, element, setText } from './element.js';
import { formatCount, formatSpan } from './format.js';
import { KeyedList } from './keyed-list.js';
import { Pill } from './pill.js';
import { PoolView } from './pool-view.js';
import { ServerView } from './server-view.js';

/** The pools, servers and indicators of the service. */
export class ServiceView {
  /** @type {KeyedList<PoolItem>} */
  #pools;
  /** @type {KeyedList<ServerItem>} */
  #servers;
  /** @type {KeyedList<IndicatorResult>} */
  #indicators;

  /** @param {EndpointControl} control */
  constructor(control) {
    this.#pools = new KeyedList(
      byId('pools'),
      ({ pool }) => pool.name,
      ({ pool }) => new PoolView(pool.name, control),
    );
    this.#servers = new KeyedList(
      byId('servers'),
      ({ server }) => server.name,
      ({ server }) => new ServerView(server.name),
    );
    this.#indicators = new KeyedList(byId('indicators'), ({ key }) => key, indicatorView);
  }

  /**
   * @param {FeedService} service
   * @param {Figures | undefined} figures
   */
  show({ pools, omittedPools, servers, indicators, process }, figures) {
    this.#pools.show(pools.map((pool) => ({ pool, figures: figures?.pools.get(pool.name) })));
    byId('pools-section').hidden = pools.length === 0;
    setText(byId('pools-more'), `and ${formatCount(omittedPools)} more pools`);
    byId('pools-more').hidden = omittedPools === 0;
    this.#servers.show(servers.map((server) => ({ server, patterns: figures?.patterns })));
    byId('servers-section').hidden = servers.length === 0;
    this.#indicators.show(indicators);
    byId('indicators-section').hidden = indicators.length === 0;
    setText(byId('process'), `process ${process.pid}, up for ${formatSpan(process.uptimeMs)}`);
  }
}

/** @returns {import('./keyed-list.js').ItemView<IndicatorResult>} */
function indicatorView() {
  const pill = new Pill();
  return {
    root: element('li', {}, pill.root),
    show({ key, status }) {
      /** @type {Record<string, import('./pill.js').Tone>} */
      const tones = { up: 'good', degraded: 'warn', down: 'bad', pending: 'warn' };
      pill.show(`${key}: ${status}`, tones[status]);
    },
  };
}
