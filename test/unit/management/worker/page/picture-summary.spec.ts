import { describe, expect, it } from 'vitest';
import type {
  PatternPicture,
  ServicePicture,
} from '../../../../../lib/management/management.contract.js';
import { summarise } from '../../../../../lib/management/worker/page/picture-summary.js';
import {
  acceptorSnapshot,
  connectionSnapshot,
  endpointSnapshot,
  poolSnapshot,
} from '../../../../support/snapshots.js';

const pattern = (name: string, calls: number): PatternPicture => ({
  pattern: name,
  isEvent: false,
  calls,
  errors: 0,
  inFlight: 0,
  durations: Array.from({ length: 16 }, () => 0),
  durationSumMs: 0,
});

function servicePicture(changes: Partial<ServicePicture> = {}): ServicePicture {
  return {
    takenAt: 1_700_000_000_000,
    phase: 1,
    pools: [],
    servers: [],
    http: null,
    indicators: [],
    process: {
      pid: 7,
      uptimeMs: 1_000,
      cpuUserMicros: 0,
      cpuSystemMicros: 0,
      heapUsedBytes: 0,
      heapTotalBytes: 0,
      externalBytes: 0,
      rssBytes: 0,
      eventLoopUtilization: 0,
      gcCount: 0,
      gcMs: 0,
    },
    ...changes,
  };
}

const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('the picture for the page', () => {
  it('counts the connections that it leaves out', () => {
    const connections = many(1_000, (id) => connectionSnapshot({ id }));
    const pool = poolSnapshot({ endpoints: [endpointSnapshot({ connections })] });
    const [summary] = summarise(servicePicture({ pools: [pool] })).pools;

    const [endpoint] = summary!.endpoints;
    expect(summary!.connectionCount).toBe(1_000);
    expect(endpoint!.connections.length + endpoint!.omittedConnections).toBe(1_000);
    expect(endpoint!.connections.length).toBeLessThan(100);
  });

  it('stays small, whatever the service has of everything', () => {
    const connections = many(100, (id) => connectionSnapshot({ id }));
    const endpoints = many(200, () => endpointSnapshot({ connections }));
    const pools = many(3, () => poolSnapshot({ endpoints }));
    const patterns = many(5_000, (index) => pattern(`pattern ${index}`, index));
    const server = { ...acceptorSnapshot({ connections }), name: 'server 0', patterns };

    const small = summarise(servicePicture({ pools: pools.slice(0, 1) }));
    const large = summarise(servicePicture({ pools, servers: [server] }));

    expect(small.pools[0]).toMatchObject({ omittedEndpoints: 140, connectionCount: 20_000 });
    expect(large.servers[0]).toMatchObject({ omittedPatterns: 4_950, connectionCount: 100 });
    expect(large.servers[0]).not.toHaveProperty('connections');
  });

  it('shows the patterns that are called most', () => {
    const patterns = many(60, (index) => pattern(`pattern ${index}`, index));
    const server = { ...acceptorSnapshot(), name: 'server 0', patterns };
    const summary = summarise(servicePicture({ servers: [server] })).servers[0]!;

    expect(summary.patterns[0]!.pattern).toBe('pattern 59');
    expect(summary.patterns.at(-1)!.pattern).toBe('pattern 10');
    expect(patterns[0]!.pattern).toBe('pattern 0');
  });
});
