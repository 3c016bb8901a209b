import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { AppProcess } from '../e2e/acceptance/support/app-process.js';
import { until } from '../support/until.js';
import { inFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { forgetStalls, measure } from './support/scorecard.js';

const PEERS = inFull(1_000, 150);
const LIMIT_MS = 2_500;
const PROMISE =
  '1 000 peers vanish by FIN, RST and silence with half the sockets paused: no CLOSE_WAIT, no ESTABLISHED, descriptors as before, within 2.5 s at a 500 ms heartbeat';

/** How each group goes: its kernel says goodbye, it slams the door, or it falls silent. */
const WAYS: readonly ((group: AppProcess) => unknown)[] = [
  (group) => group.kill('SIGKILL'),
  (group) => group.ask('reset'),
  (group) => group.kill('SIGSTOP'),
];

it('peers that vanish leave no socket behind', async () => {
  const heartbeat = { intervalMs: 500, misses: 3 };
  const cluster = await Cluster.start(1, { server: { heartbeat } });
  const [instance] = cluster.instances;
  const port = cluster.portOf(0);
  const before = instance!.descriptors();
  const groups = await Promise.all(WAYS.map(() => startPeers(cluster.addresses[0]!)));
  const size = Math.floor(PEERS / WAYS.length);
  await until(
    async () => (await instance!.ask<number>('connections')) === size * WAYS.length,
    'all are connected',
    30_000,
  );
  const paused = await instance!.ask<number>('pauseHalf');
  expect(paused).toBeGreaterThan(PEERS / 3);

  forgetStalls();
  const vanishedAt = performance.now();
  for (const [at, go] of WAYS.entries()) void go(groups[at]!);
  const isClean = (): boolean => {
    const states = statesAt(port);
    return (states.ESTAB ?? 0) + (states['CLOSE-WAIT'] ?? 0) === 0;
  };
  await until(() => isClean() && instance!.descriptors() <= before, 'all is clean', 30_000);
  const tookMs = performance.now() - vanishedAt;

  const trial = {
    promise: PROMISE,
    scenario: `${size * WAYS.length} peers, a third each by FIN, RST and silence, ${paused} sockets paused: until no socket and no descriptor is left`,
  };
  measure(trial, tookMs, { atMost: LIMIT_MS, unit: ' ms', loose: LIMIT_MS + 5_000 });
});

/** So many connections from one process. */
function startPeers(address: string): Promise<AppProcess> {
  const count = Math.floor(PEERS / WAYS.length);
  return AppProcess.start('caller', {
    face: 'custom-class',
    options: {
      endpoints: [address],
      start: 'eager',
      connectTimeoutMs: 10_000,
      pool: { minConnections: count, maxConnections: count },
      // Those that are reset do not come back while it is counted.
      reconnect: { initialBackoffMs: 60_000, maxBackoffMs: 60_000, spreadMs: 60_000 },
    },
  });
}

/** How many sockets of the listener's port there are in each state. */
function statesAt(port: number): Record<string, number> {
  const lines = execFileSync('ss', ['-Htan', `sport = :${port}`], { encoding: 'utf8' });
  const states: Record<string, number> = {};
  for (const line of lines.split('\n').filter(Boolean)) {
    const [state] = line.split(/\s+/);
    states[state!] = (states[state!] ?? 0) + 1;
  }
  return states;
}
