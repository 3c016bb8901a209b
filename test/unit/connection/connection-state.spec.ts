import { expect, it } from 'vitest';
import type { ConnectionState } from '../../../lib/connection/connection-state.js';
import { mayTransition, nextConnectionId } from '../../../lib/connection/connection-state.js';

const ORDER: ConnectionState[] = ['handshaking', 'ready', 'draining', 'closed'];

it('only goes forward', () => {
  for (const [fromRank, from] of ORDER.entries())
    for (const [toRank, to] of ORDER.entries())
      expect(mayTransition(from, to)).toBe(toRank > fromRank);
});

it('gives every connection a number of its own', () => {
  expect(nextConnectionId()).not.toBe(nextConnectionId());
});
