import { maxToMean } from './figures.js';
import { SCENARIOS, simulate } from './scenarios.js';
import type { SubsetWorld } from './subset-figures.js';
import { countSubsets } from './subset-figures.js';
import { textTable } from './text-table.js';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const ms = (duration: number): string => `${duration.toFixed(1)} ms`;

function policyTable(): string {
  const rows = SCENARIOS.flatMap((scenario) =>
    Object.entries(scenario.policies).map(([name, policy]) => {
      const { shares, p50Ms, p99Ms, errorShare } = simulate(scenario, policy);
      const times = [ms(p50Ms), ms(p99Ms), percent(errorShare)];
      const perEndpoint = shares.map((share) => percent(share)).join('  ');
      return [scenario.name, name, perEndpoint, maxToMean(shares).toFixed(2), ...times];
    }),
  );
  const columns = ['scenario', 'policy', 'share per endpoint', 'max/mean', 'p50', 'p99', 'errors'];
  return textTable(columns, rows);
}

const SUBSETS: readonly SubsetWorld[] = [
  { clients: 1_000, endpoints: 200, size: 20, ids: 'numbers' },
  { clients: 1_000, endpoints: 200, size: 20, ids: 'texts' },
  { clients: 137, endpoints: 30, size: 7, ids: 'numbers' },
];

function subsetTable(): string {
  const rows = SUBSETS.map((world) => {
    const { connections, mean, least, most, exchanged, exchangedMost } = countSubsets(world);
    const { clients, endpoints, size, ids } = world;
    const what = `${clients} clients × ${endpoints} endpoints, ${size} each, ids are ${ids}`;
    const spread = [mean.toFixed(1), String(least), String(most), (most / mean).toFixed(2)];
    return [
      what,
      String(connections),
      ...spread,
      `${exchanged.toFixed(2)}, at most ${exchangedMost}`,
    ];
  });
  const columns = [
    'subset',
    'connections',
    'mean',
    'least',
    'most',
    'max/mean',
    'exchanged when one goes',
  ];
  return textTable(columns, rows);
}

/** What `npm run simulate` prints. */
export function report(): string {
  return [
    '5 clients, 4 endpoints, 2 000 calls/s in all, 10 ms each; the odd endpoint is the first.',
    'The choice alone: nothing is ejected, nothing is sent again, and a call has 1 s. So whoever fails at once',
    'is always free, and attracts calls: what ends that is ejection, not choosing.',
    '',
    policyTable(),
    '',
    'Clients per endpoint with subsets:',
    '',
    subsetTable(),
    '',
  ].join('\n');
}
