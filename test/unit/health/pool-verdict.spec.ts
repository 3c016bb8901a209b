import { describe, expect, it } from 'vitest';
import { judgePool } from '../../../lib/health/pool-verdict.js';
import type { PoolSnapshot } from '../../../lib/metrics/snapshot.js';
import { connectionSnapshot, endpointSnapshot, poolSnapshot } from '../../support/snapshots.js';

const LIMITS = { minReadyConnections: 1, degradedWaiters: 1 };
const lastError = { code: 'CONNECT_FAILED', message: 'refused', agoMs: 5 };

const up = () => endpointSnapshot();
const gone = () =>
  endpointSnapshot({
    address: 'tcp://10.0.0.8:4000',
    state: 'backoff',
    connections: [],
    lastError,
  });

function judge(changes: Partial<PoolSnapshot>, limits = LIMITS) {
  return judgePool(poolSnapshot(changes), limits);
}

describe('the verdict on a pool', () => {
  it('is up with the numbers', () => {
    expect(judge({})).toEqual({
      verdict: 'up',
      details: {
        state: 'ready',
        readyConnections: 1,
        connections: 1,
        readyEndpoints: 1,
        endpoints: 1,
        unavailable: [],
        inFlight: 2,
        waiters: 0,
        reasons: [],
      },
    });
  });

  it('is up for a lazy pool that nobody asked yet', () => {
    const endpoints = [endpointSnapshot({ state: 'idle', connections: [] })];
    expect(judge({ state: 'idle', endpoints })).toMatchObject({
      verdict: 'up',
      details: { state: 'idle', readyConnections: 0, reasons: [] },
    });
  });

  it('is degraded when an endpoint is missing', () => {
    expect(judge({ state: 'degraded', endpoints: [up(), gone()] })).toMatchObject({
      verdict: 'degraded',
      details: {
        readyEndpoints: 1,
        endpoints: 2,
        unavailable: ['tcp://10.0.0.8:4000'],
        reasons: ['1 of 2 endpoints take no calls, last failure: CONNECT_FAILED'],
      },
    });
  });

  it('is degraded when calls wait, from as many as are said', () => {
    const limits = { minReadyConnections: 1, degradedWaiters: 10 };
    expect(judge({ waiters: 9 }, limits).verdict).toBe('up');
    expect(judge({ waiters: 10 }, limits)).toMatchObject({
      verdict: 'degraded',
      details: { waiters: 10, reasons: ['10 calls wait for a connection'] },
    });
  });

  it('is degraded when heartbeats are unanswered', () => {
    const connections = [connectionSnapshot({ missedHeartbeats: 1 })];
    expect(judge({ endpoints: [endpointSnapshot({ connections })] })).toMatchObject({
      verdict: 'degraded',
      details: { reasons: ['1 connections wait for a heartbeat'] },
    });
  });

  it('is down when no connection is ready', () => {
    const endpoints = [gone()];
    expect(judge({ state: 'unavailable', endpoints })).toMatchObject({
      verdict: 'down',
      details: {
        readyConnections: 0,
        reasons: [
          '0 connections are ready, 1 are needed',
          '1 of 1 endpoints take no calls, last failure: CONNECT_FAILED',
        ],
      },
    });
  });

  it('does not count connections that take no calls', () => {
    const connections = [
      connectionSnapshot({ state: 'handshaking' }),
      connectionSnapshot({ state: 'draining' }),
    ];
    const { verdict, details } = judge({ endpoints: [endpointSnapshot({ connections })] });
    expect(verdict).toBe('down');
    expect(details).toMatchObject({ readyConnections: 0, connections: 2 });
  });

  it('is down with fewer ready connections than are needed, and up with enough', () => {
    const connections = [connectionSnapshot(), connectionSnapshot({ id: 2 })];
    const endpoints = [endpointSnapshot({ connections })];
    expect(judge({ endpoints }, { ...LIMITS, minReadyConnections: 3 }).verdict).toBe('down');
    expect(judge({ endpoints }, { ...LIMITS, minReadyConnections: 2 }).verdict).toBe('up');
    expect(judge({ endpoints: [gone()] }, { ...LIMITS, minReadyConnections: 0 }).verdict).toBe(
      'degraded',
    );
  });

  it.each(['draining', 'closed'] as const)('is down when the pool is %s', (state) => {
    expect(judge({ state })).toMatchObject({
      verdict: 'down',
      details: { reasons: [`the pool is ${state}`] },
    });
  });

  it('misses no endpoint that discovery took away', () => {
    const leaving = endpointSnapshot({ state: 'draining', connections: [] });
    expect(judge({ endpoints: [up(), leaving] })).toMatchObject({
      verdict: 'up',
      details: { endpoints: 1 },
    });
  });

  it('names a few endpoints, however many are missing', () => {
    const { details } = judge({ endpoints: [up(), ...Array.from({ length: 100 }, gone)] });
    expect(details.unavailable).toHaveLength(5);
    expect(details.reasons[0]).toContain('100 of 101 endpoints');
  });
});
