import { describe, expect, it } from 'vitest';
import { ProbeTraces } from '../../../lib/management/probe-traces.js';
import { acceptorSnapshot, connectionSnapshot } from '../../support/snapshots.js';

const opened = (connectionId: number, client?: unknown) => ({ connectionId, metadata: { client } });
const closed = (connectionId: number | undefined) => ({
  connectionId,
  reason: { by: 'peer', cause: 'ended' },
});

describe('the traces that probes leave at a server', () => {
  it('are told apart from what clients do', () => {
    const traces = new ProbeTraces('the-probe');
    expect(traces.notes('connectionOpened', opened(1, 'the-probe'))).toBe(true);
    expect(traces.notes('connectionOpened', opened(2, 'orders'))).toBe(false);
    expect(traces.notes('connectionOpened', { connectionId: 3 })).toBe(false);
    expect(traces.notes('connectionClosed', closed(2))).toBe(false);
    expect(traces.notes('connectionClosed', closed(undefined))).toBe(false);
    expect(traces.notes('connectionClosed', closed(1))).toBe(true);
    expect(traces.notes('linkRefused', {})).toBe(false);
  });

  it('are taken out of the connections and the counts', () => {
    const traces = new ProbeTraces('the-probe');
    const plain = acceptorSnapshot({ accepted: 5 });
    const passive = { ...plain.closes.passive, ended: 4 };
    const connections = [connectionSnapshot({ id: 7 }), connectionSnapshot({ id: 8 })];
    const snapshot = { ...plain, connections, closes: { ...plain.closes, passive } };
    expect(traces.without(snapshot)).toEqual(snapshot);
    for (const id of [7, 9]) traces.notes('connectionOpened', opened(id, 'the-probe'));
    traces.notes('connectionClosed', closed(9));
    const clean = traces.without({ ...snapshot, accepted: 7 });
    expect(clean.accepted).toBe(5);
    expect(clean.connections.map(({ id }) => id)).toEqual([8]);
    expect(clean.closes.passive.ended).toBe(3);
    expect(clean.closes.active).toEqual(snapshot.closes.active);
  });

  it('never let the count of accepted links go down', () => {
    const traces = new ProbeTraces('the-probe');
    // The probe was let in, and has not said hello yet.
    expect(traces.without(acceptorSnapshot({ accepted: 3 })).accepted).toBe(3);
    traces.notes('connectionOpened', opened(3, 'the-probe'));
    expect(traces.without(acceptorSnapshot({ accepted: 3 })).accepted).toBe(3);
    expect(traces.without(acceptorSnapshot({ accepted: 4 })).accepted).toBe(3);
    expect(traces.without(acceptorSnapshot({ accepted: 5 })).accepted).toBe(4);
  });
});
