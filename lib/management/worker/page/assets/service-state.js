/**
 * @typedef {import('../feed-picture.js').FeedPicture} FeedPicture
 * @typedef {import('./feed.js').FeedState} FeedState
 * @typedef {import('./pill.js').Tone} Tone
 */
import { formatSpan } from './format.js';

/** @typedef {{ text: string, tone: Tone }} Word */

/** Pictures come once a second; numbers older than this are of before. */
const STALE_MS = 4_000;

/**
 * The state of the service in a few words, the gravest first. No numbers that change all the time: the words are
 * read out when they change.
 *
 * @param {FeedPicture | undefined} feed
 * @param {FeedState} connection
 * @returns {Word[]}
 */
export function wordsOf(feed, connection) {
  const link = linkWord(connection);
  if (feed === undefined) return [link ?? { text: 'Connecting…', tone: 'none' }];
  const { service, isLive, isReady } = feed;
  /** @type {(Word | undefined)[]} */
  const words = [
    link,
    service.stuckSince === null ? undefined : { text: 'Stuck', tone: 'bad' },
    { text: isLive ? 'Live' : 'Not live', tone: isLive ? 'good' : 'bad' },
    readyWord(feed, isReady),
    availabilityWord(service),
    service.isolation === 'inline' ? { text: 'Not isolated', tone: 'warn' } : undefined,
  ];
  return words.filter((word) => word !== undefined);
}

/**
 * The gravest tone of all.
 *
 * @param {readonly Word[]} words
 * @returns {Tone}
 */
export function gravest(words) {
  /** @type {readonly Tone[]} */
  const order = ['bad', 'warn', 'none'];
  return order.find((tone) => words.some((word) => word.tone === tone)) ?? 'good';
}

/**
 * @param {FeedPicture | undefined} feed
 * @param {number} sinceMs since the feed was heard
 * @returns {{ text: string, isStale: boolean }}
 */
export function ageOf(feed, sinceMs) {
  const ageMs = feed?.service.picture?.ageMs;
  if (ageMs === undefined)
    return { text: feed === undefined ? '' : 'no numbers yet', isStale: false };
  const isStale = feed?.service.stuckSince !== null || ageMs + sinceMs > STALE_MS;
  return { text: `numbers ${formatSpan(ageMs + sinceMs)} old`, isStale };
}

/**
 * @param {FeedState} connection
 * @returns {Word | undefined} `undefined` when all is well
 */
function linkWord(connection) {
  if (connection.kind === 'waiting')
    return { text: 'No connection to the management port', tone: 'bad' };
  if (connection.kind === 'refused') return { text: 'No access', tone: 'bad' };
  return undefined;
}

/**
 * @param {FeedPicture} feed
 * @param {boolean} isReady
 * @returns {Word}
 */
function readyWord({ reasons, service }, isReady) {
  // Asked for, and therefore no reason for alarm.
  const isWanted = service.availability !== 'online' && service.stuckSince === null;
  if (!isReady) return { text: 'Not ready', tone: isWanted ? 'warn' : 'bad' };
  return reasons.length > 0
    ? { text: 'Ready, degraded', tone: 'warn' }
    : { text: 'Ready', tone: 'good' };
}

/**
 * @param {FeedPicture['service']} service
 * @returns {Word}
 */
function availabilityWord({ phase, availability, isAvailabilityApplied }) {
  if (phase === 'stopped') return { text: 'Stopped', tone: 'bad' };
  if (phase === 'starting') return { text: 'Starting', tone: 'warn' };
  if (phase === 'draining' || availability === 'draining')
    return { text: 'Draining', tone: 'warn' };
  const waits = isAvailabilityApplied ? '' : ', waits for the loop';
  if (availability === 'offline') return { text: `Offline${waits}`, tone: 'warn' };
  return { text: `Online${waits}`, tone: isAvailabilityApplied ? 'good' : 'warn' };
}
