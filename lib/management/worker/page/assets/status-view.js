/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('./feed.js').FeedState} FeedState
 * @typedef {import('./service-state.js').Word} Word
 */
import { byId, element, setAttribute, setText } from './element.js';
import { formatSpan } from './format.js';
import { KeyedList } from './keyed-list.js';
import { Pill } from './pill.js';
import { ageOf, gravest, wordsOf } from './service-state.js';

/** The line at the top: how the service is, and how old that knowledge is. */
export class StatusView {
  #age = byId('age');
  #reasons = byId('reasons');
  /** @type {KeyedList<Word>} */
  #words = new KeyedList(byId('state'), ({ text }) => text, wordView);
  /** @type {KeyedList<string>} */
  #reasonList = new KeyedList(this.#reasons, (reason) => reason, reasonView);

  constructor() {
    byId('state').replaceChildren();
    setText(byId('host'), location.host);
  }

  /**
   * @param {FeedPicture | undefined} feed
   * @param {FeedState} connection
   * @param {number} sinceMs since the feed was heard
   */
  show(feed, connection, sinceMs) {
    const words = wordsOf(feed, connection);
    this.#words.show(words);
    const { text, isStale } = ageOf(feed, sinceMs);
    setText(this.#age, text);
    setAttribute(this.#age, 'data-tone', isStale ? 'bad' : undefined);
    setAttribute(document.body, 'data-state', gravest(words));
    setAttribute(document.body, 'data-stale', String(isStale));
    const reasons = reasonsOf(feed, connection);
    this.#reasonList.show(reasons);
    this.#reasons.hidden = reasons.length === 0;
    document.title = `${titleOf(feed, words, sinceMs)} · ${location.host}`;
  }
}

/**
 * @param {FeedPicture | undefined} feed
 * @param {FeedState} connection
 */
function reasonsOf(feed, connection) {
  const { reason } = /** @type {{ reason?: string }} */ (connection);
  return [...new Set([...(reason === undefined ? [] : [reason]), ...(feed?.reasons ?? [])])];
}

/**
 * @param {FeedPicture | undefined} feed
 * @param {readonly Word[]} words
 * @param {number} sinceMs
 */
function titleOf(feed, words, sinceMs) {
  const since = feed?.service.stuckSince;
  if (feed !== undefined && since != null)
    return `Stuck for ${formatSpan(feed.service.at - since + sinceMs)}`;
  const grave = words.find(({ tone }) => tone === gravest(words));
  return grave?.text ?? '';
}

function wordView() {
  const pill = new Pill();
  return { root: pill.root, show: (/** @type {Word} */ { text, tone }) => pill.show(text, tone) };
}

function reasonView() {
  const root = element('li');
  return { root, show: (/** @type {string} */ reason) => setText(root, reason) };
}
