import { HealthIndicatorService } from '@nestjs/terminus';
import { describe, expect, it } from 'vitest';
import { judgeServer } from '../../../lib/health/server-verdict.js';
import { SocketPoolServerHealthIndicator } from '../../../lib/health/socket-pool-server.health.js';
import type { AcceptorSnapshot } from '../../../lib/metrics/snapshot.js';
import { acceptorSnapshot, connectionSnapshot } from '../../support/snapshots.js';

const LIMITS = { maxLoopLagMs: 1_000, degradedConnectionsRatio: 0.9 };

const judge = (changes: Partial<AcceptorSnapshot>) => {
  const { verdict, details } = judgeServer(acceptorSnapshot(changes), LIMITS);
  return [verdict, ...details.reasons];
};

const connections = (count: number) =>
  Array.from({ length: count }, (_, id) => connectionSnapshot({ id }));

describe('the verdict on a server', () => {
  it('is up with the numbers', () => {
    expect(judgeServer(acceptorSnapshot({ loopLagMs: 3.2 }), LIMITS)).toEqual({
      verdict: 'up',
      details: {
        state: 'listening',
        isAccepting: true,
        isOffline: false,
        addresses: ['tcp://127.0.0.1:4000'],
        connections: 1,
        maxConnections: 10_000,
        inFlight: 2,
        loopLagMs: 3,
        reasons: [],
      },
    });
  });

  it.each([
    ['idle', 'it does not listen yet'],
    ['draining', 'it is draining'],
    ['closed', 'it is closed'],
  ] as const)('is down while it is %s', (state, reason) => {
    expect(judge({ state })).toEqual(['down', reason]);
    expect(judgeServer(acceptorSnapshot({ state }), LIMITS).details.isAccepting).toBe(false);
  });

  it('is down while it is offline, and accepts nobody', () => {
    expect(judge({ isOffline: true })).toEqual(['down', 'it was taken offline']);
    const { details } = judgeServer(acceptorSnapshot({ isOffline: true }), LIMITS);
    expect(details).toMatchObject({ isAccepting: false, state: 'listening' });
  });

  it('is down when the loop runs late, from just above the limit on', () => {
    expect(judge({ loopLagMs: 1_000 })).toEqual(['up']);
    expect(judge({ loopLagMs: 1_001 })).toEqual([
      'down',
      'the event loop is 1001 ms late, more than 1000 ms',
    ]);
  });

  it('is degraded when its connections come near their limit', () => {
    expect(judge({ connections: connections(8), maxConnections: 10 })).toEqual(['up']);
    expect(judge({ connections: connections(9), maxConnections: 10 })).toEqual([
      'degraded',
      '9 of 10 connections are taken',
    ]);
  });
});

describe('the indicator of a server', () => {
  const indicator = new SocketPoolServerHealthIndicator(new HealthIndicatorService());
  const server = { snapshot: () => acceptorSnapshot({ loopLagMs: 50 }) };

  it('reports in the form of Terminus', () => {
    expect(indicator.isHealthy('orders', server)).toEqual({
      orders: expect.objectContaining({ status: 'up', isAccepting: true }),
    });
    const { orders } = indicator.isHealthy('orders', server, { maxLoopLagMs: 10 });
    expect(orders.status).toBe('down');
    const { nearly } = indicator.isHealthy('nearly', server, { degradedConnectionsRatio: 0.0001 });
    expect(nearly.status).toBe('degraded');
  });

  it('refuses bad options, all at once', () => {
    const options = { maxLoopLagMs: 0, degradedConnectionsRatio: 2, limit: 1 } as never;
    expect(() => indicator.isHealthy('orders', server, options)).toThrow(
      /3 options .*SocketPoolServerHealthIndicator(.|\n)*limit(.|\n)*maxLoopLagMs: 0(.|\n)*degradedConnectionsRatio: 2/,
    );
  });
});
