/**
 * The management page. It listens to the feed, keeps the last minutes, and shows both; what is asked of the
 * service goes through the port, with the token.
 *
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('./feed.js').FeedState} FeedState
 */
import { AdviceView } from './advice-view.js';
import { AccessView } from './access-view.js';
import { Access } from './access.js';
import { AlertView } from './alert-view.js';
import { clock } from './clock.js';
import { ControlView } from './control-view.js';
import { DiagnosisView } from './diagnosis-view.js';
import { Feed } from './feed.js';
import { History } from './history.js';
import { Notice } from './notice.js';
import { NowView } from './now-view.js';
import { PlotsView } from './plots-view.js';
import { Port } from './port.js';
import { ServiceView } from './service-view.js';
import { StatusView } from './status-view.js';
import { byId } from './element.js';
import uPlot from './uplot.js';

/** How often ages are written anew between two events of the feed. */
const TICK_MS = 500;

class Page {
  #access = new Access({
    needsToken: document.body.dataset.access === 'token',
    mayAct: document.body.dataset.actions === 'on',
  });
  #port = new Port(this.#access);
  #history = new History();
  #accessView = new AccessView(this.#access);
  #status = new StatusView();
  #alert = new AlertView();
  #now = new NowView(byId('now'));
  #plots = new PlotsView(uPlot);
  #diagnosis = new DiagnosisView(this.#port);
  #advice = new AdviceView(this.#port);
  #control = new ControlView(this.#port, new Notice(clock), () => this.#accessView.ask());
  #service = new ServiceView((...place) => void this.#control.controlEndpoint(...place));
  #feed = new Feed(this.#port, clock, {
    onPicture: (picture) => this.#onPicture(picture),
    onState: (state) => this.#onState(state),
  });
  /** @type {FeedPicture | undefined} */
  #last;
  #heardAt = clock.now();
  /** @type {FeedState} */
  #state = { kind: 'connecting' };

  start() {
    this.#access.onChange(() => {
      this.#diagnosis.forget();
      this.#advice.forget();
      this.#listen();
    });
    this.#listen();
    this.#tick();
  }

  #listen() {
    if (this.#access.isMissing) {
      this.#feed.stop();
      this.#onState({ kind: 'refused', reason: 'A token is needed.' });
    } else this.#feed.restart();
  }

  /** @param {FeedPicture} picture */
  #onPicture(picture) {
    this.#last = picture;
    this.#heardAt = clock.now();
    this.#history.accept(picture);
    this.#control.show(picture);
    this.#diagnosis.show(picture);
    void this.#advice.show();
    this.#showService(picture);
    this.#showAges();
  }

  /** @param {FeedPicture} feed */
  #showService(feed) {
    const { figures } = this.#history;
    this.#now.show(feed, figures);
    if (feed.picture === null) return;
    this.#service.show(feed.picture, figures);
    this.#plots.show(feed.picture, this.#history);
  }

  /** @param {FeedState} state */
  #onState(state) {
    if (state.kind === 'refused' && this.#state.kind !== 'refused') this.#accessView.ask();
    // While it is tried again it is still lost.
    if (state.kind === 'connecting' && this.#state.kind === 'waiting') return;
    this.#state = state;
    this.#showAges();
  }

  #showAges() {
    const sinceMs = clock.now() - this.#heardAt;
    this.#status.show(this.#last, this.#state, sinceMs);
    if (this.#last !== undefined) this.#alert.show(this.#last, sinceMs, this.#diagnosis.current);
  }

  #tick() {
    this.#showAges();
    clock.schedule(TICK_MS, () => this.#tick());
  }
}

new Page().start();
