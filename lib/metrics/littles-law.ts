/**
 * How many calls are in flight on average follows from two things that are cheap to measure, however
 * they are distributed: concurrency = arrival rate × response time. It tells how many connections a
 * service needs, beside how many it is configured to have.
 *
 * Source: Little, "A Proof for the Queuing Formula L = λW" (Operations Research, 1961).
 */
import { TimeWindow } from '../common/time-window.js';
import type { LittlesLawSnapshot } from './snapshot.js';

const WINDOW_MS = 10_000;
/**
 * How far above the mean the peaks are that still count. Of independent arrivals the number in the system
 * is spread like Poisson's distribution (M/G/∞), whose variance is its mean: three deviations cover 99.9 %.
 */
const PEAK_DEVIATIONS = 3;
/** Rates over less time than this would say more about chance than about the traffic. */
const MIN_COVERED_MS = 1_000;

/** Measures over the last ten seconds; a call costs two additions. */
export class LittlesLaw {
  readonly #calls: TimeWindow;
  readonly #responseMs: TimeWindow;

  constructor(now: number) {
    this.#calls = new TimeWindow(WINDOW_MS, now);
    this.#responseMs = new TimeWindow(WINDOW_MS, now);
  }

  /** A call was settled after `responseMs`. */
  settled(responseMs: number, now: number): void {
    this.#calls.add(1, now);
    // A stream that was open for an hour occupied this window only for the window's length.
    this.#responseMs.add(Math.min(responseMs, WINDOW_MS), now);
  }

  /** @param highWatermark calls in flight that one connection should carry at most */
  snapshot(now: number, highWatermark: number): LittlesLawSnapshot {
    const calls = this.#calls.sum(now);
    const responseMs = this.#responseMs.sum(now);
    const coveredMs = Math.max(this.#calls.coveredMs(now), MIN_COVERED_MS);
    const concurrency = responseMs / coveredMs;
    const peak = concurrency + PEAK_DEVIATIONS * Math.sqrt(concurrency);
    const connectionsFor = (inFlight: number): number =>
      calls === 0 ? 0 : Math.max(Math.ceil(inFlight / highWatermark), 1);
    return Object.freeze({
      arrivalRatePerSecond: (calls * 1_000) / coveredMs,
      meanResponseMs: calls === 0 ? 0 : responseMs / calls,
      concurrency,
      recommendedConnections: connectionsFor(concurrency),
      recommendedMaxConnections: connectionsFor(peak),
    });
  }
}
