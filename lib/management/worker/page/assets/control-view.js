/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('./port.js').Port} Port
 * @typedef {import('./notice.js').Notice} Notice
 * @typedef {import('./endpoint-view.js').EndpointAction} EndpointAction
 */
import { byId } from './element.js';
import { PortError } from './port.js';

/** @typedef {'online' | 'offline' | 'drain'} LifecycleAction */

/** @type {readonly LifecycleAction[]} */
const ACTIONS = ['online', 'offline', 'drain'];

/** @type {Readonly<Record<LifecycleAction, string>>} */
const DONE = {
  online: 'The instance is offered work again.',
  offline: 'The instance is offline: it is not ready, and clients were sent away.',
  drain: 'The instance drains.',
};

/** @type {Readonly<Record<EndpointAction, string>>} */
const ENDPOINT_DONE = {
  drain: 'gets no calls; its connections are closed when theirs are done.',
  eject: 'gets calls only where no other endpoint takes them.',
  readmit: 'gets calls again.',
};

/** What can be done, and what became of it. */
export class ControlView {
  #port;
  #notice;
  #askForToken;

  /**
   * @param {Port} port
   * @param {Notice} notice
   * @param {() => void} askForToken
   */
  constructor(port, notice, askForToken) {
    this.#port = port;
    this.#notice = notice;
    this.#askForToken = askForToken;
    for (const action of ACTIONS)
      button(action).addEventListener('click', () => this.#start(action));
    const dialog = this.#dialog;
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'drain') void this.#run('drain');
    });
  }

  /** @param {FeedPicture | undefined} feed */
  show(feed) {
    const availability = feed?.service.availability;
    const isEnding =
      availability === 'draining' || ['draining', 'stopped'].includes(feed?.service.phase ?? '');
    const isOver = availability === undefined || isEnding;
    button('online').disabled = isOver || availability === 'online';
    button('offline').disabled = isOver || availability === 'offline';
    button('drain').disabled = isOver;
  }

  /**
   * @param {string} pool
   * @param {string} endpoint
   * @param {EndpointAction} action
   */
  async controlEndpoint(pool, endpoint, action) {
    const path = `pools/${encodeURIComponent(pool)}/endpoints/${encodeURIComponent(endpoint)}/${action}`;
    const answer = await this.#post(path);
    if (answer === undefined) return;
    this.#notice.tell(answer.message ?? `${endpoint} ${ENDPOINT_DONE[action]}`);
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (byId('confirm'));
  }

  /** @param {LifecycleAction} action */
  #start(action) {
    if (action !== 'drain') {
      void this.#run(action);
      return;
    }
    this.#dialog.returnValue = '';
    this.#dialog.showModal();
  }

  /** @param {LifecycleAction} action */
  async #run(action) {
    const answer = await this.#post(`lifecycle/${action}`);
    if (answer === undefined) return;
    const waits = answer.clients === 'waits for the loop';
    const text = waits
      ? 'Readiness follows at once; telling the clients waits for the loop of the service.'
      : DONE[action];
    this.#notice.tell(text);
  }

  /** @param {string} path */
  async #post(path) {
    try {
      return await this.#port.post(path);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#notice.tell(error.message, 'bad');
      if (error.asksForToken) this.#askForToken();
      return undefined;
    }
  }
}

/** @param {LifecycleAction} action */
function button(action) {
  return /** @type {HTMLButtonElement} */ (byId(action));
}
