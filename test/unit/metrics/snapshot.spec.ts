import { describe, expect, it } from 'vitest';
import { freezeSnapshot } from '../../../lib/metrics/snapshot.js';
import { acceptorSnapshot, endpointSnapshot, poolSnapshot } from '../../support/snapshots.js';

describe('a snapshot', () => {
  it.each([
    ['pool', poolSnapshot()],
    ['acceptor', acceptorSnapshot()],
  ])('of the %s survives the way to another thread as it is', (_name, snapshot) => {
    expect(structuredClone(freezeSnapshot(snapshot))).toEqual(snapshot);
  });

  it('is frozen in all its parts', () => {
    const snapshot = freezeSnapshot(
      poolSnapshot({ endpoints: [endpointSnapshot(), endpointSnapshot()] }),
    );
    const parts = [
      snapshot,
      snapshot.calls,
      snapshot.connects.failed,
      snapshot.littlesLaw,
      snapshot.endpoints,
      snapshot.endpoints[1],
      snapshot.endpoints[1]!.connections[0],
    ];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
  });
});
