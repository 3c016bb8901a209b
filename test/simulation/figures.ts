import type { SimulatedClient } from './simulated-client.js';
import type { SimulatedServer } from './simulated-server.js';

/** What came of a simulation. */
export interface Figures {
  /** Of all calls, for each server; the odd one is the first. */
  readonly shares: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all calls. */
  readonly errorShare: number;
}

export function figuresOf(
  clients: readonly SimulatedClient[],
  servers: readonly SimulatedServer[],
): Figures {
  const latencies = clients.flatMap((client) => client.latenciesMs).sort((a, b) => a - b);
  const failures = clients.reduce((sum, { failures }) => sum + failures, 0);
  const handled = servers.reduce((sum, server) => sum + server.handled, 0);
  return {
    shares: servers.map((server) => server.handled / handled),
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    errorShare: failures / (failures + latencies.length),
  };
}

/** How much more than its share the busiest has. */
export function maxToMean(shares: readonly number[]): number {
  return (Math.max(...shares) * shares.length) / shares.reduce((sum, share) => sum + share, 0);
}
