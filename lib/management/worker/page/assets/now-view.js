/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('./figures.js').Figures} Figures
 */
import { formatBytes, formatCount, formatMs, formatRate, formatRatio } from './format.js';
import { NumberList } from './number-list.js';

/** The few numbers one looks at first. */
export class NowView {
  #numbers;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#numbers = new NumberList(root);
  }

  /**
   * @param {FeedPicture} feed
   * @param {Figures | undefined} figures
   */
  show({ picture, maxLagMs }, figures) {
    if (picture === null) return;
    const { servers, pools, process } = picture;
    if (servers.length > 0) this.#showServed(picture, figures);
    if (pools.length > 0) this.#showCalled(picture, figures);
    const numbers = this.#numbers;
    numbers.show('Loop lag', formatMs(maxLagMs), {
      note: `busy ${formatRatio(process.eventLoopUtilization)}`,
    });
    numbers.show('CPU', formatRatio(figures?.cpuRatio), { note: 'of one core' });
    const heap = `heap ${formatBytes(process.heapUsedBytes)}`;
    numbers.show('Memory', formatBytes(process.rssBytes), { note: heap });
  }

  /**
   * @param {import('../feed-picture.js').FeedService} picture
   * @param {Figures | undefined} figures
   */
  #showServed({ servers }, figures) {
    const served = figures?.served;
    const inFlight = servers.reduce((total, each) => total + each.inFlight, 0);
    const connections = servers.reduce((total, each) => total + each.connectionCount, 0);
    this.#numbers.show('Served', formatRate(served?.rate), {
      note: `errors ${formatRate(served?.errorRate)}`,
    });
    this.#numbers.show('Served p99', formatMs(served?.latency.p99), {
      note: `p50 ${formatMs(served?.latency.p50)}`,
    });
    this.#numbers.show('Serving', formatCount(inFlight), {
      note: `${formatCount(connections)} connections`,
    });
  }

  /**
   * @param {import('../feed-picture.js').FeedService} picture
   * @param {Figures | undefined} figures
   */
  #showCalled({ pools }, figures) {
    const called = figures?.called;
    const inFlight = pools.reduce((total, each) => total + each.inFlight, 0);
    const waiters = pools.reduce((total, each) => total + each.waiters, 0);
    this.#numbers.show('Called', formatRate(called?.rate), {
      note: `failed ${formatRate(called?.failureRate)}`,
    });
    this.#numbers.show('Called p99', formatMs(called?.latency.p99), {
      note: `p50 ${formatMs(called?.latency.p50)}`,
    });
    this.#numbers.show('Calling', formatCount(inFlight), {
      note: `${formatCount(waiters)} waiting`,
    });
  }
}
