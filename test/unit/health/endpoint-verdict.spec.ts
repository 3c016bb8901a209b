import { HealthIndicatorService } from '@nestjs/terminus';
import { describe, expect, it } from 'vitest';
import { judgeEndpoint } from '../../../lib/health/endpoint-verdict.js';
import { SocketPoolHealthIndicator } from '../../../lib/health/socket-pool.health.js';
import type { EndpointSnapshot } from '../../../lib/metrics/snapshot.js';
import { connectionSnapshot, endpointSnapshot, poolSnapshot } from '../../support/snapshots.js';

const ADDRESS = 'tcp://10.0.0.7:4000';

const judge = (changes: Partial<EndpointSnapshot>) => {
  const pool = poolSnapshot({ endpoints: [endpointSnapshot(changes)] });
  const { verdict, details } = judgeEndpoint(pool, ADDRESS);
  return [verdict, ...details.reasons];
};

describe('the verdict on an endpoint', () => {
  it('is up with the numbers', () => {
    expect(judgeEndpoint(poolSnapshot(), ADDRESS)).toEqual({
      verdict: 'up',
      details: {
        endpoint: ADDRESS,
        state: 'ready',
        readyConnections: 1,
        connections: 1,
        inFlight: 2,
        connectFailures: 0,
        reasons: [],
      },
    });
  });

  it('is up where nothing was asked for yet', () => {
    expect(judge({ state: 'idle', connections: [] })).toEqual(['up']);
  });

  it('is down for one that the pool does not know', () => {
    expect(judgeEndpoint(poolSnapshot(), 'tcp://10.0.0.8:4000')).toMatchObject({
      verdict: 'down',
      details: { state: 'unknown', reasons: ['the pool has no such endpoint'] },
    });
  });

  it('is down without a connection, and tells why and until when', () => {
    const lastError = { code: 'CONNECT_FAILED', message: 'refused', agoMs: 5 };
    expect(judge({ state: 'backoff', connections: [], lastError, nextAttemptInMs: 99.6 })).toEqual([
      'down',
      'no connection is ready, last failure: CONNECT_FAILED, next attempt in 100 ms',
    ]);
    expect(judge({ state: 'connecting', connections: [] })).toEqual([
      'down',
      'no connection is ready',
    ]);
    expect(judge({ state: 'draining' })).toEqual(['down', 'the endpoint is draining']);
  });

  it('is degraded below its minimum, and while heartbeats are missing', () => {
    expect(judge({ minConnections: 2 })).toEqual([
      'degraded',
      '1 of 2 minimum connections are ready',
    ]);
    expect(judge({ connections: [connectionSnapshot({ missedHeartbeats: 1 })] })).toEqual([
      'degraded',
      '1 connections wait for a heartbeat',
    ]);
  });

  it('is reported in the form of Terminus', () => {
    const indicator = new SocketPoolHealthIndicator(new HealthIndicatorService());
    const pool = { snapshot: () => poolSnapshot() };
    expect(indicator.isEndpointHealthy('first', pool, ADDRESS)).toEqual({
      first: expect.objectContaining({ status: 'up', endpoint: ADDRESS }),
    });
    expect(indicator.isEndpointHealthy('gone', pool, 'tcp://a:1').gone.status).toBe('down');
  });
});
