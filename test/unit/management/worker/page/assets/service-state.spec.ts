import { describe, expect, it } from 'vitest';
import {
  ageOf,
  gravest,
  wordsOf,
} from '../../../../../../lib/management/worker/page/assets/service-state.js';
import type { FeedPicture } from '../../../../../../lib/management/worker/page/feed-picture.js';
import { feedPicture, reportOf } from '../../../../../support/feed-pictures.js';

const OPEN = { kind: 'open' } as const;
const text = (feed: FeedPicture): string =>
  wordsOf(feed, OPEN)
    .map((word) => word.text)
    .join(', ');
const tone = (feed: FeedPicture): string => gravest(wordsOf(feed, OPEN));
const stuck = reportOf({ stuckSince: 1_699_999_990_000, silentMs: 10_000 });

describe('the state in one line', () => {
  it.each<[string, Partial<FeedPicture>, string, string]>([
    ['all is well', {}, 'Live, Ready, Online', 'good'],
    [
      'a dependency is slow',
      { reasons: ['orders: slow'] },
      'Live, Ready, degraded, Online',
      'warn',
    ],
    ['it is not ready', { isReady: false }, 'Live, Not ready, Online', 'bad'],
    [
      'it was taken offline',
      { isReady: false, service: reportOf({ availability: 'offline' }) },
      'Live, Not ready, Offline',
      'warn',
    ],
    [
      'it drains',
      { isReady: false, service: reportOf({ availability: 'draining' }) },
      'Live, Not ready, Draining',
      'warn',
    ],
    [
      'it is stuck',
      { isLive: false, isReady: false, service: stuck },
      'Stuck, Not live, Not ready, Online',
      'bad',
    ],
    [
      'it is stuck and taken offline',
      {
        isLive: false,
        isReady: false,
        service: { ...stuck, availability: 'offline', isAvailabilityApplied: false },
      },
      'Stuck, Not live, Not ready, Offline, waits for the loop',
      'bad',
    ],
    [
      'management is not isolated',
      { service: reportOf({ isolation: 'inline' }) },
      'Live, Ready, Online, Not isolated',
      'warn',
    ],
  ])('when %s', (_, changes, words, gravity) => {
    expect(text(feedPicture(changes))).toBe(words);
    expect(tone(feedPicture(changes))).toBe(gravity);
  });

  it('says first that the management port itself is away', () => {
    const lost = { kind: 'waiting', reason: 'gone', retryInMs: 500 } as const;
    expect(wordsOf(feedPicture(), lost)[0]!.text).toBe('No connection to the management port');
    expect(wordsOf(undefined, { kind: 'refused', reason: '' })[0]!.text).toBe('No access');
    expect(wordsOf(undefined, { kind: 'connecting' })[0]!.text).toBe('Connecting…');
  });
});

describe('the age of the numbers', () => {
  it('goes on while nothing is heard', () => {
    expect(ageOf(feedPicture(), 100)).toEqual({ text: 'numbers 0.5 s old', isStale: false });
    expect(ageOf(feedPicture(), 9_600)).toEqual({ text: 'numbers 10 s old', isStale: true });
  });

  it('is of before as soon as the service is stuck', () => {
    expect(ageOf(feedPicture({ service: stuck }), 0).isStale).toBe(true);
  });

  it('is not known before the first numbers', () => {
    expect(ageOf(undefined, 0).text).toBe('');
    const feed = feedPicture({ picture: null, service: reportOf({ picture: null }) });
    expect(ageOf(feed, 0)).toEqual({ text: 'no numbers yet', isStale: false });
  });
});
