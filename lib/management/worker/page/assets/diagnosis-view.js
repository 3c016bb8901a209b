/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('../../diagnostics/incident.js').Incident} Incident
 * @typedef {import('../../../management.contract.js').RecordedEvent} RecordedEvent
 * @typedef {import('./port.js').Port} Port
 */
import { byId, element, setText } from './element.js';
import { formatTime } from './format.js';
import { IncidentView, stackText } from './incident-view.js';
import { KeyedList } from './keyed-list.js';

const SHOWN_EVENTS = 100;

/** Incidents and events: asked for only when the feed says that there is something new. */
export class DiagnosisView {
  #port;
  /** @type {readonly Incident[]} */
  #incidents = [];
  #incidentsKey = '';
  #eventsKey = '';
  /** @type {KeyedList<Incident>} */
  #incidentList = new KeyedList(
    byId('incidents'),
    ({ id }) => String(id),
    () => new IncidentView(),
  );
  /** @type {KeyedList<RecordedEvent & { key: string }>} */
  #eventList = new KeyedList(byId('events'), ({ key }) => key, eventRow);

  /** @param {Port} port */
  constructor(port) {
    this.#port = port;
    byId('stack').addEventListener('click', () => void this.#takeStack());
  }

  /** The one that lasts. */
  get current() {
    return this.#incidents.find(({ isOver }) => !isOver);
  }

  /** @param {FeedPicture} feed */
  show({ incidents, lastEventAt, service }) {
    const incidentsKey = `${service.picture === null} ${JSON.stringify(incidents)}`;
    if (incidentsKey !== this.#incidentsKey) void this.#readIncidents(incidentsKey);
    const eventsKey = String(lastEventAt);
    if (eventsKey !== this.#eventsKey) void this.#readEvents(eventsKey);
  }

  /** With another token there may be more to see. */
  forget() {
    this.#incidentsKey = this.#eventsKey = '';
  }

  /** @param {string} key */
  async #readIncidents(key) {
    this.#incidentsKey = key;
    const answer = await this.#port.get('diagnostics/incidents').catch(() => undefined);
    // Asked for again with the next event of the feed.
    if (answer === undefined) this.#incidentsKey = '';
    else this.#showIncidents(answer.incidents);
  }

  /** @param {readonly Incident[]} incidents */
  #showIncidents(incidents) {
    this.#incidents = incidents;
    this.#incidentList.show(incidents);
    byId('incidents-none').hidden = incidents.length > 0;
  }

  /** @param {string} key */
  async #readEvents(key) {
    this.#eventsKey = key;
    const answer = await this.#port
      .get(`diagnostics/events?limit=${SHOWN_EVENTS}`)
      .catch(() => undefined);
    if (answer === undefined) this.#eventsKey = '';
    else this.#showEvents(answer.events);
  }

  /** @param {readonly RecordedEvent[]} events the oldest first */
  #showEvents(events) {
    /** @type {Map<string, number>} */
    const seen = new Map();
    const keyed = events.map((event) => {
      const name = `${event.at} ${event.source} ${event.name} ${event.text}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return { ...event, key: `${name} ${count}` };
    });
    this.#eventList.show(keyed.reverse());
    byId('events-none').hidden = events.length > 0;
    byId('events-frame').hidden = events.length === 0;
  }

  async #takeStack() {
    const target = byId('stack-now');
    const answer = await this.#port.get('diagnostics/stack').catch((error) => error);
    if (answer instanceof Error) {
      target.replaceChildren(element('p', { text: answer.message }));
      return;
    }
    const { where, takenAt } = answer;
    const line = element('p', { text: `At ${formatTime(takenAt)}: ${where}` });
    const stack =
      answer.kind === 'javascript' ? element('pre', { text: stackText(answer, where) }) : undefined;
    target.replaceChildren(...[line, stack].filter((each) => each !== undefined));
  }
}

/** @returns {import('./keyed-list.js').ItemView<RecordedEvent & { key: string }>} */
function eventRow() {
  const cells = [element('td'), element('td'), element('td')];
  const root = element('tr', {}, ...cells);
  return {
    root,
    show({ at, source, name, text }) {
      const texts = [formatTime(at), source, text === '' ? name : `${name}: ${text}`];
      cells.forEach((cell, index) => setText(cell, texts[index] ?? ''));
    },
  };
}
