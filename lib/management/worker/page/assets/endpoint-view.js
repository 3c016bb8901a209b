/**
 * @typedef {import('../../../../metrics/snapshot.js').ConnectionSnapshot} ConnectionSnapshot
 * @typedef {import('../../../../metrics/snapshot.js').SizingSnapshot} SizingSnapshot
 * @typedef {import('../feed-picture.js').FeedEndpoint} FeedEndpoint
 */
import { ConnectionStrip } from './connection-strip.js';
import { element, setAttribute, setText } from './element.js';
import { formatBytes, formatCount, formatMs, formatSpan } from './format.js';
import { toneOf } from './pill.js';
import { TableView } from './table-view.js';

/** @typedef {'drain' | 'eject' | 'readmit'} EndpointAction */

/** @type {readonly EndpointAction[]} */
const ACTIONS = ['drain', 'eject', 'readmit'];

/** @type {readonly import('./table-view.js').Column<ConnectionSnapshot>[]} */
const COLUMNS = [
  { name: 'No.', text: ({ id }) => String(id), kind: 'number' },
  { name: 'State', text: ({ state }) => state },
  { name: 'In flight', text: ({ inFlight }) => formatCount(inFlight), kind: 'number' },
  { name: 'Round trip', text: (each) => formatMs(each.lastRoundTripMs), kind: 'number' },
  { name: 'Missed', text: (each) => formatCount(each.missedHeartbeats), kind: 'number' },
  { name: 'Age', text: ({ ageMs }) => formatSpan(ageMs), kind: 'number' },
  { name: 'Read', text: ({ bytesRead }) => formatBytes(bytesRead), kind: 'number' },
  { name: 'Written', text: ({ bytesWritten }) => formatBytes(bytesWritten), kind: 'number' },
];

/** An endpoint as a box with its connections; opened, it tells all about them. */
export class EndpointView {
  #state = element('span');
  #line = element('span', { class: 'endpoint-line' });
  #error = element('span', { class: 'endpoint-error' });
  #more = element('p', { class: 'note' });
  #strip = new ConnectionStrip();
  /** @type {TableView<ConnectionSnapshot>} */
  #table = new TableView('Connections', ({ id }) => String(id), COLUMNS);
  root;

  /**
   * @param {string} address
   * @param {(action: EndpointAction) => void} onAction
   */
  constructor(address, onAction) {
    const name = element('span', { class: 'mono', text: address, title: address });
    const title = element('span', { class: 'endpoint-title' }, name, this.#state);
    const summary = element('summary', {}, title, this.#strip.root, this.#line, this.#error);
    const buttons = ACTIONS.map((action) => {
      const label = `${action} ${address}`;
      const onclick = () => onAction(action);
      return element('button', { type: 'button', text: action, 'aria-label': label, onclick });
    });
    const actions = element('div', { class: 'actions' }, ...buttons);
    const body = element('div', { class: 'endpoint-body' }, this.#table.root, this.#more, actions);
    this.root = element('details', { class: 'endpoint' }, summary, body);
  }

  /**
   * @param {FeedEndpoint} endpoint
   * @param {SizingSnapshot} sizing
   */
  show(endpoint, sizing) {
    const state = stateOf(endpoint);
    setAttribute(this.root, 'data-tone', toneOf(state));
    setText(this.#state, state);
    setText(this.#line, lineOf(endpoint));
    setText(this.#error, failureOf(endpoint));
    setText(this.#more, moreOf(endpoint));
    this.#strip.show(endpoint, sizing);
    this.#table.show(endpoint.connections);
  }
}

/** @param {FeedEndpoint} endpoint */
function lineOf({ connections, omittedConnections, maxConnections, inFlight, weight, zone }) {
  const total = connections.length + omittedConnections;
  const parts = [`${total} of ${maxConnections}`, `${formatCount(inFlight)} in flight`];
  if (weight !== 1) parts.push(`weight ${weight}`);
  if (zone !== undefined) parts.push(`zone ${zone}`);
  return parts.join(' · ');
}

/** That it is ejected says more than that it has connections. @param {FeedEndpoint} endpoint */
function stateOf({ state, ejection }) {
  return state === 'ready' && ejection.state !== 'none' ? ejection.state : state;
}

/** @param {FeedEndpoint} endpoint */
function failureOf({ state, lastError, connectFailures, nextAttemptInMs }) {
  if (lastError === undefined || state === 'ready') return '';
  const attempts = connectFailures === 0 ? '' : `${connectFailures} attempts failed: `;
  const next =
    nextAttemptInMs === undefined ? '' : `, next attempt in ${formatSpan(nextAttemptInMs)}`;
  return `${attempts}${lastError.message}${next}`;
}

/** @param {FeedEndpoint} endpoint */
function moreOf({ omittedConnections }) {
  return omittedConnections === 0 ? '' : `and ${formatCount(omittedConnections)} more connections`;
}
