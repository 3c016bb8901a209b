/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('../feed-picture.js').FeedService} FeedService
 * @typedef {import('./figures.js').Figures} Figures
 * @typedef {import('./sample.js').Sample} Sample
 * @typedef {import('./sample.js').SampleName} SampleName
 */
import { figuresBetween } from './figures.js';
import { Ring } from './ring.js';
import { gapOf, sampleOf } from './sample.js';

/** Five minutes, at one picture a second. */
const MAX_SAMPLES = 300;
/** Figures are of the last so many pictures: calm enough to read, and few calls still give percentiles. */
const WINDOW_PICTURES = 6;
/** A picture is due every second; later than this the plots show a gap. */
const GAP_AFTER_MS = 2_500;

/** The last minutes, as far as this page saw them. */
export class History {
  /** @type {Ring<FeedService>} */
  #pictures = new Ring(WINDOW_PICTURES);
  /** @type {Ring<Sample>} */
  #samples = new Ring(MAX_SAMPLES);
  #maxLagMs = 0;

  /** @param {FeedPicture} feed */
  accept({ picture, maxLagMs, service }) {
    this.#maxLagMs = Math.max(this.#maxLagMs, maxLagMs);
    const last = this.#pictures.last;
    if (picture !== null && picture.takenAt !== last?.takenAt) this.#acceptPicture(picture);
    else if ((service.picture?.ageMs ?? 0) > GAP_AFTER_MS)
      this.#push(gapOf(service.at / 1_000, this.#takeLag()));
  }

  /** Over the last seconds; `undefined` before the second picture. @returns {Figures | undefined} */
  get figures() {
    const { first, last } = this.#pictures;
    return first === undefined || last === undefined ? undefined : figuresBetween(last, first);
  }

  /**
   * Equally long columns, the oldest first: the time in seconds since the Unix epoch, then the named ones.
   *
   * @param {readonly SampleName[]} names
   * @returns {(number | null)[][]}
   */
  columns(names) {
    const { items } = this.#samples;
    return [items.map(({ at }) => at), ...names.map((name) => items.map((each) => each[name]))];
  }

  /** @param {FeedService} picture */
  #acceptPicture(picture) {
    const last = this.#pictures.last;
    // Another process, or a service whose pictures begin anew: nothing is to be compared.
    if (last !== undefined && last.process.pid !== picture.process.pid) this.#pictures.clear();
    this.#pictures.push(picture);
    const { figures } = this;
    if (figures === undefined) return;
    this.#push(sampleOf(picture, figures, this.#takeLag()));
  }

  /** Time never goes back in a plot, whatever the clock of the service does. @param {Sample} sample */
  #push(sample) {
    if (sample.at > (this.#samples.last?.at ?? 0)) this.#samples.push(sample);
  }

  #takeLag() {
    const lagMs = this.#maxLagMs;
    this.#maxLagMs = 0;
    return lagMs;
  }
}
