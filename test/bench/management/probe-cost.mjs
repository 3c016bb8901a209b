/** What probes cost the service's thread: its time on the processor, and the latency of its calls. */
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Logger } from '@nestjs/common';
import { SocketPoolClient } from 'nestjs-socket-pool';
import { promiseOf, quantile } from './table.mjs';

const FIXTURE = fileURLToPath(
  new URL('../../e2e/management/fixtures/gateway.mjs', import.meta.url),
);
const TOKEN = 'a-token-for-benchmarks';
const PROBES_PER_SECOND = 200;
const CALLS_PER_SECOND = 500;
/** Of `utime` and `stime` in `/proc`: in ticks, a hundred a second on all that Linux runs on. */
const MS_PER_TICK = 10;
const PROBES = ['/health/live', '/health/ready', '/health/startup', '/health'];
/** As was promised. */
const MAX_CORE_SHARE = 0.01;

/** Rounds without and with probes take turns, so that a machine that changes speed does so for both. */
export async function measureProbeCost({ seconds, rounds }) {
  Logger.overrideLogger(false);
  const folder = mkdtempSync(join(tmpdir(), 'bench-management-'));
  const address = `unix:${join(folder, 'service.sock')}`;
  const child = fork(FIXTURE, [JSON.stringify({ token: TOKEN, address })], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const [{ page }] = await once(child, 'message');
  const client = new SocketPoolClient({ endpoints: [address] });
  await client.connect();
  await measure(client, child.pid, 1);
  const without = [];
  const probed = [];
  for (let round = 0; round < rounds; round++) {
    without.push(await measure(client, child.pid, seconds));
    const probes = startProbes(page);
    probed.push(await measure(client, child.pid, seconds));
    await probes.stop();
  }
  await client.close();
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  return rowsOf(without, probed);
}

function rowsOf(without, probed) {
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const share = (rounds) => mean(rounds.map((round) => round.coreShare));
  const p99 = (rounds) =>
    quantile(
      rounds.flatMap((round) => round.latencies),
      0.99,
    );
  const p50 = (rounds) =>
    quantile(
      rounds.flatMap((round) => round.latencies),
      0.5,
    );
  const difference = share(probed) - share(without);
  const row = (measured, before, after, promise) => ({
    measured,
    without: before,
    with: after,
    promise,
  });
  return [
    row(
      'core share of the service thread, %',
      share(without) * 100,
      share(probed) * 100,
      promiseOf(difference < MAX_CORE_SHARE),
    ),
    row('p50 of a call, ms', p50(without), p50(probed), ''),
    // As it was: within what one round differs from another.
    row(
      'p99 of a call, ms',
      p99(without),
      p99(probed),
      promiseOf(p99(probed) < p99(without) * 1.2 + 0.1),
    ),
  ];
}

async function measure(client, pid, seconds) {
  const latencies = [];
  const before = ticksOf(pid);
  const startedAt = performance.now();
  const pending = [];
  for (let made = 0; made < seconds * CALLS_PER_SECOND; made++) {
    const dueAt = startedAt + (made * 1_000) / CALLS_PER_SECOND;
    const waitMs = dueAt - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    const begunAt = performance.now();
    const call = client.request('sums.total', [1, 2, 3]);
    pending.push(call.then(() => latencies.push(performance.now() - begunAt)));
  }
  await Promise.all(pending);
  const tookMs = performance.now() - startedAt;
  return { latencies, coreShare: ((ticksOf(pid) - before) * MS_PER_TICK) / tookMs };
}

/** Of the thread alone: the management thread has another entry. */
function ticksOf(pid) {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function startProbes(page) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let asked = 0;
  const timer = setInterval(() => {
    const request = get(`${page}${PROBES[asked++ % PROBES.length]}`, { agent }, (response) =>
      response.resume(),
    );
    request.on('error', () => undefined);
  }, 1_000 / PROBES_PER_SECOND);
  return {
    stop: async () => {
      clearInterval(timer);
      await sleep(100);
      agent.destroy();
    },
  };
}
