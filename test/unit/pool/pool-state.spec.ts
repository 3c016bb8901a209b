import { describe, expect, it } from 'vitest';
import type { EndpointPool } from '../../../lib/pool/endpoint-pool.js';
import { endpointStateOf, PoolStateTracker } from '../../../lib/pool/pool-state.js';

interface Picture {
  readonly ready?: number;
  readonly min?: number;
  readonly failures?: number;
  readonly isConnecting?: boolean;
  readonly dueInMs?: number;
  readonly weight?: number;
  readonly state?: 'active' | 'draining' | 'closed';
}

const picture = (of: Picture): EndpointPool =>
  ({
    state: of.state ?? 'active',
    readyCount: of.ready ?? 0,
    weight: of.weight ?? 1,
    isConnecting: of.isConnecting ?? false,
    limits: { minConnections: of.min ?? 1 },
    reconnectState: { failures: of.failures ?? 0, dueInMs: of.dueInMs },
  }) as unknown as EndpointPool;

const STARTED = { isStarted: true, isDiscovering: false, isDraining: false, isClosed: false };
const UP = { ready: 1 };
const CONNECTING = { isConnecting: true };
const DOWN = { failures: 1, dueInMs: 500 };

/** The states that a pool goes through as its endpoints look like this one after the other. */
function states(...looks: readonly Picture[][]): string[] {
  const tracker = new PoolStateTracker();
  return looks.map((look) => {
    tracker.update(STARTED, look.map(picture));
    return tracker.current;
  });
}

describe('the state of a pool', () => {
  it.each([
    ['is ready with all minimum connections', [[CONNECTING], [UP]], ['starting', 'ready']],
    [
      'starts until all are up',
      [
        [UP, CONNECTING],
        [UP, UP],
      ],
      ['starting', 'ready'],
    ],
    ['is degraded when one fails from the start', [[UP, DOWN]], ['degraded']],
    ['is ready without what is only for need', [[UP, { ...DOWN, weight: 0 }]], ['ready']],
    ['is degraded with nothing but that', [[DOWN, { ...UP, weight: 0 }]], ['degraded']],
    [
      'is degraded when one of those for need fails, and there are no others',
      [
        [
          { ...UP, weight: 0 },
          { ...DOWN, weight: 0 },
        ],
      ],
      ['degraded'],
    ],
    [
      'is degraded when one was up and is not',
      [
        [UP, UP],
        [UP, CONNECTING],
      ],
      ['ready', 'degraded'],
    ],
    [
      'is unavailable when all fail from the start',
      [
        [CONNECTING, DOWN],
        [DOWN, DOWN],
      ],
      ['starting', 'unavailable'],
    ],
    ['is unavailable when all are lost', [[UP], [CONNECTING]], ['ready', 'unavailable']],
    ['is unavailable without endpoints', [[]], ['unavailable']],
    ['recovers', [[UP], [DOWN], [UP]], ['ready', 'unavailable', 'ready']],
    [
      'is idle when nothing is needed',
      [[{ min: 0 }], [{ min: 0, ready: 1 }], [{ min: 0 }]],
      ['idle', 'ready', 'idle'],
    ],
    ['is unavailable when what is needed fails', [[{ min: 0, ...DOWN }]], ['unavailable']],
    ['is degraded where no more may be opened', [[UP, {}]], ['degraded']],
  ])('%s', (_case, looks, expected) => {
    expect(states(...looks)).toEqual(expected);
  });

  it('follows the life of the pool', () => {
    const tracker = new PoolStateTracker();
    const phases = [
      { ...STARTED, isStarted: false },
      { ...STARTED, isDiscovering: true },
      { ...STARTED, isDraining: true },
      { ...STARTED, isDraining: true, isClosed: true },
    ];
    const seen = phases.map((phase) => [tracker.update(phase, []), tracker.current]);
    expect(seen).toEqual([
      [false, 'idle'],
      [true, 'starting'],
      [true, 'draining'],
      [true, 'closed'],
    ]);
  });
});

describe('the state of an endpoint', () => {
  it.each([
    [UP, 'ready'],
    [CONNECTING, 'connecting'],
    [DOWN, 'backoff'],
    [{}, 'idle'],
    [{ state: 'draining', ready: 1 }, 'draining'],
    [{ state: 'closed' }, 'closed'],
  ] as const)('%o is %s', (look, state) => {
    expect(endpointStateOf(picture(look))).toBe(state);
  });
});
