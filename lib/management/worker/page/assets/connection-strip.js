/**
 * @typedef {import('../../../../metrics/snapshot.js').ConnectionSnapshot} ConnectionSnapshot
 * @typedef {import('../../../../metrics/snapshot.js').SizingSnapshot} SizingSnapshot
 * @typedef {import('../feed-picture.js').FeedEndpoint} FeedEndpoint
 */
import { element, setAttribute } from './element.js';
import { KeyedList } from './keyed-list.js';

/**
 * A connection, or the place of one that is missing to the minimum.
 * @typedef {{ key: string, connection: ConnectionSnapshot | undefined, sizing: SizingSnapshot }} Place
 */

/** Missing connections beyond these are told in numbers only. */
const MAX_MISSING = 16;

/** The connections of an endpoint as a row of columns, each as full as its load is high. */
export class ConnectionStrip {
  root = element('span', { class: 'connections', role: 'img' });
  /** @type {KeyedList<Place>} */
  #places = new KeyedList(this.root, ({ key }) => key, placeView);

  /**
   * @param {FeedEndpoint} endpoint
   * @param {SizingSnapshot} sizing
   */
  show(endpoint, sizing) {
    setAttribute(this.root, 'aria-label', describe(endpoint));
    this.#places.show(placesOf(endpoint, sizing));
  }
}

/**
 * @param {FeedEndpoint} endpoint
 * @param {SizingSnapshot} sizing
 * @returns {Place[]}
 */
function placesOf({ connections, omittedConnections, minConnections }, sizing) {
  const missing = Math.max(minConnections - connections.length - omittedConnections, 0);
  const empty = Array.from({ length: Math.min(missing, MAX_MISSING) });
  return [
    ...connections.map((connection) => ({ key: String(connection.id), connection, sizing })),
    ...empty.map((_, index) => ({ key: `missing ${index}`, connection: undefined, sizing })),
  ];
}

/** @returns {import('./keyed-list.js').ItemView<Place>} */
function placeView() {
  const root = element('i', { class: 'connection' });
  return { root, show: (place) => showPlace(root, place) };
}

/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
function showPlace(root, { connection, sizing }) {
  const { highWatermark, lowWatermark } = sizing;
  const load = connection?.inFlight ?? 0;
  setAttribute(root, 'data-state', connection?.state ?? 'missing');
  setAttribute(root, 'data-full', load > highWatermark ? 'true' : undefined);
  setAttribute(root, 'data-quiet', (connection?.missedHeartbeats ?? 0) > 0 ? 'true' : undefined);
  root.style.setProperty('--load', String(heightOf(load, highWatermark)));
  root.style.setProperty('--low', String(heightOf(lowWatermark, highWatermark)));
  setAttribute(
    root,
    'title',
    connection === undefined
      ? 'missing to the minimum'
      : `connection ${connection.id}: ${connection.state}, ${connection.inFlight} in flight of ${highWatermark}`,
  );
}

/**
 * Watermarks are usually far above what is in flight, so the scale is logarithmic.
 *
 * @param {number} inFlight
 * @param {number} highWatermark
 * @returns {number} 0 to 1
 */
export function heightOf(inFlight, highWatermark) {
  if (inFlight <= 0) return 0;
  return Math.min(Math.log1p(inFlight) / Math.log1p(Math.max(highWatermark, 1)), 1);
}

/** @param {FeedEndpoint} endpoint */
function describe({ connections, omittedConnections, inFlight }) {
  const ready = connections.filter(({ state }) => state === 'ready').length;
  const total = connections.length + omittedConnections;
  return `${total} connections, ${ready} ready, ${inFlight} calls in flight`;
}
