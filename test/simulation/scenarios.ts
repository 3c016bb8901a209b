import type { Random } from '../../lib/common/random.js';
import { seededRandom } from '../../lib/common/random.js';
import { ManualClock } from '../support/manual-clock.js';
import type { Figures } from './figures.js';
import { figuresOf } from './figures.js';
import type { Policy } from './simulated-client.js';
import { SimulatedClient } from './simulated-client.js';
import { SimulatedServer } from './simulated-server.js';

const SERVERS = 4;
const CLIENTS = 5;
/** Of all clients together: a third of what the servers can do. */
const CALLS_PER_SECOND = 2_000;
/** Long enough for a server to count as warm, before anything happens. */
const RUN_UP_MS = 6_000;

type Policies = Readonly<Record<string, Policy>>;

const POLICIES: Policies = {
  p2c: {},
  'p2c of 5': { choices: 5 },
  'peak-ewma': { policy: 'peak-ewma' },
  'round-robin': { policy: 'round-robin' },
};

export interface Scenario {
  readonly name: string;
  readonly isCold?: boolean;
  readonly durationMs: number;
  readonly policies: Policies;
  /** What is other than usual: from the start, or planned on the clock. */
  readonly prepare: (servers: readonly SimulatedServer[], clock: ManualClock) => void;
}

const usual = (): void => {};

/** One after the other is gone for a second, and comes back as a cold process. */
function deployInTurn(servers: readonly SimulatedServer[], clock: ManualClock): void {
  servers.forEach((server, index) => {
    clock.schedule(index * 4_000 + 1_000, () => (server.traits.isDown = true));
    clock.schedule(index * 4_000 + 2_000, () => server.restart());
  });
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'four alike', durationMs: 10_000, policies: POLICIES, prepare: usual },
  {
    name: 'cold start of all',
    isCold: true,
    durationMs: 5_000,
    policies: POLICIES,
    prepare: usual,
  },
  {
    name: 'one 10 times slower',
    durationMs: 10_000,
    policies: POLICIES,
    prepare: ([slow]) => void (slow!.traits.meanMs *= 10),
  },
  {
    name: 'one fails everything',
    durationMs: 5_000,
    policies: POLICIES,
    prepare: ([broken]) => void (broken!.traits.isFailing = true),
  },
  {
    name: 'rolling deploy',
    durationMs: 20_000,
    policies: { ...POLICIES, 'p2c, slowStartMs 0': { slowStartMs: 0 } },
    prepare: deployInTurn,
  },
];

/** Plays a scenario with one policy; the same calls at the same times for every policy. */
export function simulate(scenario: Scenario, policy: Policy, seed = 42): Figures {
  const clock = new ManualClock();
  const random = seededRandom(seed);
  const servers = Array.from({ length: SERVERS }, (_, index) => {
    return new SimulatedServer(String(index), clock, seededRandom(seed + index), scenario.isCold);
  });
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    return new SimulatedClient(servers, policy, clock, seededRandom(seed + 100 + index));
  });
  for (const client of clients) client.follow();
  if (scenario.isCold !== true) clock.advance(RUN_UP_MS);
  scenario.prepare(servers, clock);
  callAtRandom(clients, clock, random, scenario.durationMs);
  return figuresOf(clients, servers);
}

/** A Poisson process: calls come by chance, whatever became of those before. */
function callAtRandom(
  clients: readonly SimulatedClient[],
  clock: ManualClock,
  random: Random,
  durationMs: number,
): void {
  const endsAt = clock.now() + durationMs;
  while (clock.now() < endsAt) {
    clock.advance((-Math.log(1 - random()) * 1_000) / CALLS_PER_SECOND);
    const client = clients[Math.floor(random() * clients.length)]!;
    client.follow();
    client.call();
  }
  clock.advance(60_000);
}
