import type { LoadResult } from './load.js';

/** Prints what the callers saw, and what the gateway says of its pool, so that a person can read it at a glance. */
export function printReport(
  load: LoadResult,
  pool: Record<string, unknown>,
  health: Record<string, unknown>,
): void {
  const rate = Math.round(load.calls / load.seconds);
  const instances = [...load.callsByInstance].map(([name, calls]) => `${name} ${calls}`);
  console.log(`
  calls      ${load.calls} in ${load.seconds.toFixed(1)} s, ${rate} per second through HTTP and the pool, ${load.failures} failed
  latency    p50 ${quantile(load, 0.5)} ms, p90 ${quantile(load, 0.9)} ms, p99 ${quantile(load, 0.99)} ms
  answered   ${instances.join(', ')}
  pool       ${connectionsOf(pool)}
  health     ${String(health.status)}
`);
}

function quantile({ latencies }: LoadResult, share: number): string {
  return (
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  ).toFixed(1);
}

interface PoolPicture {
  readonly state: string;
  readonly endpoints: readonly {
    readonly address: string;
    readonly state: string;
    readonly connections: readonly unknown[];
  }[];
}

function connectionsOf(pool: Record<string, unknown>): string {
  const { state, endpoints } = pool as unknown as PoolPicture;
  const each = endpoints.map(
    ({ address, connections }) =>
      `${address} has ${connections.length} connection${connections.length === 1 ? '' : 's'}`,
  );
  return `${state}; ${each.join(', ')}`;
}
