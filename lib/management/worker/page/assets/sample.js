/**
 * @typedef {import('../feed-picture.js').FeedService} FeedService
 * @typedef {import('./figures.js').Figures} Figures
 */

/**
 * One point of all plots. `null` is a gap: nobody knows.
 * @typedef {{ at: number } & Record<SampleName, number | null>} Sample
 */

/**
 * @typedef {'servedRate' | 'calledRate' | 'servedP50' | 'servedP95' | 'servedP99' | 'calledP50' | 'calledP95'
 *   | 'calledP99' | 'servedInFlight' | 'calledInFlight' | 'waiters' | 'highWatermark' | 'lowWatermark'
 *   | 'accepted' | 'pooled' | 'lagMs' | 'busyRatio' | 'cpuRatio' | 'heapBytes' | 'rssBytes'} SampleName
 */

/**
 * @param {FeedService} service
 * @param {Figures} figures
 * @param {number} lagMs
 * @returns {Sample}
 */
export function sampleOf(service, { served, called, cpuRatio }, lagMs) {
  const { servers, pools, process, takenAt } = service;
  return {
    at: takenAt / 1_000,
    servedRate: served.rate,
    calledRate: called.rate,
    servedP50: served.latency.p50,
    servedP95: served.latency.p95,
    servedP99: served.latency.p99,
    calledP50: called.latency.p50,
    calledP95: called.latency.p95,
    calledP99: called.latency.p99,
    servedInFlight: sum(servers, (server) => server.inFlight),
    calledInFlight: sum(pools, (pool) => pool.inFlight),
    waiters: sum(pools, (pool) => pool.waiters),
    highWatermark: sum(pools, (pool) => pool.connectionCount * pool.sizing.highWatermark),
    lowWatermark: sum(pools, (pool) => pool.connectionCount * pool.sizing.lowWatermark),
    accepted: sum(servers, (server) => server.connectionCount),
    pooled: sum(pools, (pool) => pool.connectionCount),
    lagMs,
    busyRatio: process.eventLoopUtilization,
    cpuRatio,
    heapBytes: process.heapUsedBytes,
    rssBytes: process.rssBytes,
  };
}

/**
 * For a moment of which only the lag of the loop is known, because the service is stuck.
 *
 * @param {number} at seconds since the Unix epoch
 * @param {number} lagMs
 * @returns {Sample}
 */
export function gapOf(at, lagMs) {
  return {
    at,
    lagMs,
    ...{ servedRate: null, calledRate: null },
    ...{ servedP50: null, servedP95: null, servedP99: null },
    ...{ calledP50: null, calledP95: null, calledP99: null },
    ...{ servedInFlight: null, calledInFlight: null, waiters: null },
    ...{ highWatermark: null, lowWatermark: null, accepted: null, pooled: null },
    ...{ busyRatio: null, cpuRatio: null, heapBytes: null, rssBytes: null },
  };
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => number} number
 */
function sum(items, number) {
  return items.reduce((total, item) => total + number(item), 0);
}
