/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('../../diagnostics/incident.js').Incident} Incident
 */
import { byId, element, setText } from './element.js';
import { formatSpan } from './format.js';

/** Says in red that the service is stuck, for how long, and where. */
export class AlertView {
  #root = byId('alert');
  /** Read out once, not with every tenth of a second. */
  #span = element('span', { 'aria-live': 'off' });
  #where = element('code');
  #isShown = false;

  /**
   * @param {FeedPicture} feed
   * @param {number} sinceMs since the feed was heard
   * @param {Incident | undefined} incident the one that lasts
   */
  show({ service }, sinceMs, incident) {
    const { stuckSince, at, isolation } = service;
    if (stuckSince === null) {
      this.#hide();
      return;
    }
    if (!this.#isShown) this.#open(isolation);
    setText(this.#span, formatSpan(at - stuckSince + sinceMs));
    setText(this.#where, incident === undefined ? '' : `in ${incident.where}`);
  }

  /** @param {'thread' | 'inline'} isolation */
  #open(isolation) {
    this.#isShown = true;
    const text = 'The event loop of the service is stuck, for ';
    const rest = isolation === 'thread' ? '. All numbers below are of before; actions work.' : '.';
    this.#root.replaceChildren(text, this.#span, rest, this.#where);
    this.#root.hidden = false;
  }

  #hide() {
    this.#isShown = false;
    this.#root.hidden = true;
    this.#root.replaceChildren();
  }
}
