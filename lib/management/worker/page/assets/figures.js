/**
 * @typedef {import('../feed-picture.js').FeedService} FeedService
 * @typedef {import('../feed-picture.js').FeedPool} FeedPool
 * @typedef {import('../feed-picture.js').FeedServer} FeedServer
 * @typedef {import('../../../management.contract.js').PatternPicture} PatternPicture
 */
import { countsBetween, quantile, sumOfCounts } from './durations.js';

/**
 * Milliseconds; `null` when there was no call.
 * @typedef {{ p50: number | null, p95: number | null, p99: number | null }} Latency
 */

/**
 * What happened between two pictures. Rates are per second.
 * @typedef {object} Figures
 * @property {number} seconds
 * @property {Map<string, PoolFigures>} pools by name
 * @property {Map<string, PatternFigures>} patterns by server and pattern
 * @property {{ rate: number, errorRate: number, latency: Latency }} served by all handlers
 * @property {{ rate: number, failureRate: number, latency: Latency }} called through all pools
 * @property {number} cpuRatio share of one core
 */

/** @typedef {{ rate: number, failureRate: number, retryRate: number, rejectionRate: number, latency: Latency }} PoolFigures */
/** @typedef {{ rate: number, errorRate: number, latency: Latency }} PatternFigures */

const MICROS_PER_SECOND = 1_000_000;

/**
 * @param {FeedService} after
 * @param {FeedService} before
 * @returns {Figures | undefined} `undefined` for two of the same moment
 */
export function figuresBetween(after, before) {
  const seconds = (after.takenAt - before.takenAt) / 1_000;
  if (seconds <= 0) return undefined;
  return {
    seconds,
    pools: new Map(after.pools.map((pool) => [pool.name, figuresOfPool(pool, before, seconds)])),
    patterns: new Map(patternEntries(after, before, seconds)),
    served: servedBetween(after, before, seconds),
    called: calledBetween(after, before, seconds),
    cpuRatio: (cpuMicros(after) - cpuMicros(before)) / MICROS_PER_SECOND / seconds,
  };
}

/**
 * @param {string} server
 * @param {string} pattern
 */
export function patternKey(server, pattern) {
  return `${server}\n${pattern}`;
}

/**
 * @param {FeedPool} pool
 * @param {FeedService} before
 * @param {number} seconds
 * @returns {PoolFigures}
 */
function figuresOfPool({ name, calls }, before, seconds) {
  const earlier = before.pools.find((each) => each.name === name)?.calls;
  /** @param {'started' | 'retried' | 'rejected' | 'failed' | 'deadlineExceeded'} count */
  const rate = (count) => rateOf(calls[count], earlier?.[count], seconds);
  const counts = countsBetween(calls.durations.counts, earlier?.durations.counts);
  return {
    rate: rate('started'),
    failureRate: rate('failed') + rate('deadlineExceeded'),
    retryRate: rate('retried'),
    rejectionRate: rate('rejected'),
    latency: latencyOf(counts, before.bucketsMs),
  };
}

/**
 * @param {FeedService} after
 * @param {FeedService} before
 * @param {number} seconds
 * @returns {[string, PatternFigures][]}
 */
function patternEntries(after, before, seconds) {
  return pairsOfPatterns(after, before).map(({ key, now, past }) => [
    key,
    {
      rate: rateOf(now.calls, past?.calls, seconds),
      errorRate: rateOf(now.errors, past?.errors, seconds),
      latency: latencyOf(countsBetween(now.durations, past?.durations), after.bucketsMs),
    },
  ]);
}

/**
 * @param {FeedService} after
 * @param {FeedService} before
 * @returns {{ key: string, now: PatternPicture, past: PatternPicture | undefined }[]}
 */
function pairsOfPatterns(after, before) {
  const earlier = new Map(
    before.servers.flatMap(({ name, patterns }) =>
      patterns.map((each) => [patternKey(name, each.pattern), each]),
    ),
  );
  return after.servers.flatMap(({ name, patterns }) =>
    patterns.map((now) => {
      const key = patternKey(name, now.pattern);
      return { key, now, past: earlier.get(key) };
    }),
  );
}

/**
 * @param {FeedService} after
 * @param {FeedService} before
 * @param {number} seconds
 */
function servedBetween(after, before, seconds) {
  const pairs = pairsOfPatterns(after, before);
  const counts = pairs.map(({ now, past }) => countsBetween(now.durations, past?.durations));
  return {
    rate: sum(pairs.map(({ now, past }) => rateOf(now.calls, past?.calls, seconds))),
    errorRate: sum(pairs.map(({ now, past }) => rateOf(now.errors, past?.errors, seconds))),
    latency: latencyOf(sumOfCounts(counts), after.bucketsMs),
  };
}

/**
 * @param {FeedService} after
 * @param {FeedService} before
 * @param {number} seconds
 */
function calledBetween(after, before, seconds) {
  const counts = after.pools.map(({ name, calls }) => {
    const past = before.pools.find((each) => each.name === name);
    return countsBetween(calls.durations.counts, past?.calls.durations.counts);
  });
  const each = after.pools.map((pool) => figuresOfPool(pool, before, seconds));
  return {
    rate: sum(each.map(({ rate }) => rate)),
    failureRate: sum(each.map(({ failureRate }) => failureRate)),
    latency: latencyOf(sumOfCounts(counts), after.bucketsMs),
  };
}

/**
 * @param {readonly number[]} counts
 * @param {readonly number[]} boundsMs
 * @returns {Latency}
 */
function latencyOf(counts, boundsMs) {
  /** @param {number} ratio */
  const at = (ratio) => quantile(counts, boundsMs, ratio);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/**
 * A counter that went down began anew: the service was started again.
 *
 * @param {number} after
 * @param {number | undefined} before
 * @param {number} seconds
 */
function rateOf(after, before = 0, seconds = 1) {
  return (after < before ? after : after - before) / seconds;
}

/** @param {FeedService} service */
function cpuMicros({ process }) {
  return process.cpuUserMicros + process.cpuSystemMicros;
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
