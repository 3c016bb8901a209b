import { subsetOf } from '../../lib/balancing/subset.js';

export interface SubsetWorld {
  readonly clients: number;
  readonly endpoints: number;
  readonly size: number;
  /** Numbers from 0, or texts. */
  readonly ids: 'numbers' | 'texts';
}

export interface SubsetFigures {
  readonly connections: number;
  /** Clients per endpoint. */
  readonly mean: number;
  readonly least: number;
  readonly most: number;
  /** Endpoints that a client exchanges on average, and at the most, when one of them is gone. */
  readonly exchanged: number;
  readonly exchangedMost: number;
}

/** The arithmetic of subsets, done by counting. */
export function countSubsets({ clients, endpoints, size, ids }: SubsetWorld): SubsetFigures {
  const all = Array.from({ length: endpoints }, (_, index) => `tcp://server-${index}:4000`);
  const fewer = all.filter((_, index) => index !== Math.floor(endpoints / 3));
  const counts = new Map(all.map((endpoint) => [endpoint, 0]));
  const exchanges: number[] = [];
  for (let client = 0; client < clients; client++) {
    const options = { size, clientId: ids === 'numbers' ? client : `pod-${client}` };
    const before = subsetOf(all, (endpoint) => endpoint, options);
    const after = new Set(subsetOf(fewer, (endpoint) => endpoint, options));
    for (const endpoint of before) counts.set(endpoint, counts.get(endpoint)! + 1);
    exchanges.push(before.filter((endpoint) => !after.has(endpoint)).length);
  }
  const perEndpoint = [...counts.values()];
  return {
    connections: clients * size,
    mean: (clients * size) / endpoints,
    least: Math.min(...perEndpoint),
    most: Math.max(...perEndpoint),
    exchanged: exchanges.reduce((sum, each) => sum + each, 0) / clients,
    exchangedMost: Math.max(...exchanges),
  };
}

/** How far numbers from 0 may be from the mean; see lib/balancing/subset.ts. */
export function subsetBound(clients: number): number {
  return 2 * (Math.log2(clients) / 3 + 1);
}
