import { describe, expect, it } from 'vitest';
import type { SizingLimits, SizingView } from '../../../lib/pool/pool-sizing.js';
import { decideSize, isLoadLow } from '../../../lib/pool/pool-sizing.js';

const LIMITS: SizingLimits = {
  minConnections: 1,
  maxConnections: 4,
  highWatermark: 100,
  lowWatermark: 10,
  idleTimeoutMs: 30_000,
};

const QUIET: SizingView = {
  connecting: 0,
  ready: 1,
  expired: 0,
  pending: 0,
  inFlight: 0,
  isDemanded: false,
  mayOpen: true,
  msSinceChange: 60_000,
  lowLooks: 0,
  longestIdleMs: 0,
};

/** The decision in a word: `grow 2`, `retire idle`, `hold`. */
function decide(view: Partial<SizingView>, limits: Partial<SizingLimits> = {}): string {
  const inFlight = view.pending ?? 0;
  const decision = decideSize({ ...QUIET, inFlight, ...view }, { ...LIMITS, ...limits });
  if (decision.action === 'grow') return `grow ${decision.connections}`;
  return decision.action === 'retire' ? `retire ${decision.which}` : 'hold';
}

describe('the size of an endpoint', () => {
  it.each([
    ['is filled up to the minimum at once', { ready: 1, msSinceChange: 0 }, 'grow 2'],
    ['counts what is connecting', { ready: 1, connecting: 2 }, 'hold'],
    ['is left alone when it is right', { ready: 3 }, 'hold'],
    ['respects the limit of all endpoints', { ready: 1, mayOpen: false }, 'hold'],
  ])('%s', (_case, view, decision) => {
    expect(decide(view, { minConnections: 3 })).toBe(decision);
  });

  it.each([
    ['none without demand', {}, 'hold'],
    ['one when somebody waits', { isDemanded: true }, 'grow 1'],
    ['one however many wait', { isDemanded: true, connecting: 1 }, 'hold'],
  ])('without a minimum is %s', (_case, view, decision) => {
    expect(decide({ ready: 0, ...view }, { minConnections: 0 })).toBe(decision);
  });

  it.each([
    ['above the high watermark', { pending: 101 }, 'grow 1'],
    ['not at the high watermark', { pending: 100 }, 'hold'],
    ['of all connections together', { ready: 2, pending: 200 }, 'hold'],
    ['when somebody waits', { isDemanded: true }, 'grow 1'],
    ['not within a second of the last change', { pending: 101, msSinceChange: 999 }, 'hold'],
    ['one at a time', { pending: 1_000, connecting: 1 }, 'hold'],
    ['up to the maximum', { ready: 4, pending: 1_000 }, 'hold'],
    ['as far as the limit of all endpoints allows', { pending: 101, mayOpen: false }, 'hold'],
  ])('grows %s', (_case, view, decision) => {
    expect(decide(view)).toBe(decision);
  });

  it.each([
    ['after five low looks', { ready: 2, lowLooks: 5 }, 'retire least-busy'],
    ['not after four', { ready: 2, lowLooks: 4 }, 'hold'],
    ['what was idle too long', { ready: 2, longestIdleMs: 30_000 }, 'retire idle'],
    ['not within a second of a change', { ready: 2, lowLooks: 5, msSinceChange: 500 }, 'hold'],
    ['not below the minimum', { ready: 1, lowLooks: 5, longestIdleMs: 60_000 }, 'hold'],
    ['not while one is connecting', { ready: 2, connecting: 1, lowLooks: 5 }, 'hold'],
    [
      'to a maximum that was lowered, under any load',
      { ready: 5, pending: 900 },
      'retire least-busy',
    ],
    ['not while somebody waits', { ready: 4, lowLooks: 5, isDemanded: true }, 'hold'],
  ])('shrinks %s', (_case, view, decision) => {
    expect(decide(view)).toBe(decision);
  });

  it('lets the last one go when it is idle and there is no minimum', () => {
    expect(decide({ longestIdleMs: 30_000 }, { minConnections: 0 })).toBe('retire idle');
  });

  it('never leads from one watermark past the other', () => {
    for (let pending = 0; pending < 500; pending++) {
      if (decide({ ready: 2, pending, lowLooks: isLow(2, pending) ? 5 : 0 }).startsWith('retire'))
        expect(decide({ ready: 1, pending })).toBe('hold');
      if (decide({ ready: 1, pending }) === 'grow 1') expect(isLow(2, pending)).toBe(false);
    }
  });
});

const isLow = (ready: number, pending: number): boolean => isLoadLow({ ready, pending }, LIMITS);

describe('low load', () => {
  it.each([
    [2, 9, true],
    [2, 10, false],
    [4, 29, true],
    [4, 30, false],
    [1, 0, false],
  ])('of %i connections with %i calls: %s', (ready, pending, low) => {
    expect(isLow(ready, pending)).toBe(low);
  });
});

describe('a connection that has reached its lifetime', () => {
  it.each([
    ['is replaced first', { ready: 0, expired: 1 }, 'grow 1'],
    ['waits for its replacement', { ready: 0, expired: 1, connecting: 1, pending: 5 }, 'hold'],
    [
      'goes when the others can do with its load',
      { ready: 1, expired: 1, pending: 10 },
      'retire expired',
    ],
    ['is replaced when they cannot', { ready: 1, expired: 1, pending: 11 }, 'grow 1'],
    ['is replaced one by one', { ready: 1, expired: 3, connecting: 1, pending: 300 }, 'hold'],
    ['does not count against the maximum', { ready: 3, expired: 1, pending: 300 }, 'grow 1'],
    [
      'waits while the maximum is reached without it',
      { ready: 4, expired: 1, pending: 300 },
      'hold',
    ],
    [
      'is replaced within a second of another change',
      { ready: 0, expired: 1, msSinceChange: 0 },
      'grow 1',
    ],
    [
      'stays while it is in use and nothing may be opened',
      { ready: 0, expired: 1, pending: 1, mayOpen: false },
      'hold',
    ],
    [
      'goes first when nothing may be opened and it has no calls',
      { ready: 0, expired: 1, mayOpen: false },
      'retire expired',
    ],
    [
      'goes when nothing may be opened and another is there',
      { ready: 1, expired: 1, pending: 500, mayOpen: false },
      'retire expired',
    ],
  ])('%s', (_case, view, decision) => {
    expect(decide(view)).toBe(decision);
  });

  it('simply goes when nobody uses it and there is no minimum', () => {
    expect(decide({ ready: 0, expired: 1 }, { minConnections: 0 })).toBe('retire expired');
  });
});
