import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../lib/common/random.js';
import { randomInteger } from '../../../lib/common/random.js';
import type { FaultProxy } from '../../support/fault-proxy.js';
import type { Toxics } from '../../support/fault-pipe.js';
import type { Cluster } from './cluster.js';

/** What disasters happen to: instances, each behind a proxy that can do harm. */
export interface Scene {
  readonly cluster: Cluster;
  readonly proxies: readonly FaultProxy[];
}

/** Something goes wrong with one of the instances for a time; all is well again when it resolves. */
export interface Disaster {
  readonly name: string;
  strike(scene: Scene, at: number, ms: number): Promise<void>;
}

/** What goes wrong on the way, each for a time. */
const TOXICS: Readonly<Record<string, (random: Random) => Toxics>> = {
  latency: (random) => ({ latencyMs: 5 + randomInteger(random, 50) }),
  jitter: (random) => ({ jitterMs: 5 + randomInteger(random, 60) }),
  bandwidth: (random) => ({ bytesPerSecond: 5_000 + randomInteger(random, 50_000) }),
  'slow close': (random) => ({ slowCloseMs: randomInteger(random, 200) }),
  timeout: (random) => ({ timeoutMs: randomInteger(random, 300) }),
  'reset after a time': (random) => ({ resetAfterMs: randomInteger(random, 200) }),
  slicer: (random) => ({ sliceBytes: 1 + randomInteger(random, 30) }),
  blackhole: () => ({ isBlackhole: true }),
};

export function disastersOf(random: Random): Disaster[] {
  const toxic = ([name, toxics]: [string, (random: Random) => Toxics]): Disaster => ({
    name,
    strike: (scene, at, ms) => poison(scene.proxies[at]!, toxics(random), ms),
  });
  return [
    ...Object.entries(TOXICS).map(toxic),
    { name: 'limit data', strike: (scene, at, ms) => limitBytes(scene.proxies[at]!, random, ms) },
    { name: 'down', strike: ({ proxies }, at, ms) => goDown(proxies[at]!, ms) },
    { name: 'reset all', strike: async ({ proxies }, at) => proxies[at]!.resetAll() },
    { name: 'end all', strike: async ({ proxies }, at) => proxies[at]!.endAll() },
    { name: 'slow instance', strike: ({ cluster }, at, ms) => slowDown(cluster, at, ms) },
    { name: 'blocked loop', strike: ({ cluster }, at, ms) => block(cluster, at, ms) },
    { name: 'SIGSTOP', strike: ({ cluster }, at, ms) => stop(cluster, at, ms) },
    { name: 'SIGKILL', strike: ({ cluster }, at) => kill(cluster, at) },
    {
      name: 'rolling restart',
      strike: async ({ cluster }, at) => void (await cluster.restart(at)),
    },
    { name: 'no descriptors', strike: ({ cluster }, at, ms) => takeDescriptors(cluster, at, ms) },
  ];
}

async function poison(proxy: FaultProxy, toxics: Toxics, ms: number): Promise<void> {
  proxy.toxics = toxics;
  await sleep(ms);
  proxy.toxics = {};
}

async function limitBytes(proxy: FaultProxy, random: Random, ms: number): Promise<void> {
  proxy.cutAfterBytes = () => randomInteger(random, 3_000);
  proxy.endAll();
  await sleep(ms);
  proxy.cutAfterBytes = () => Infinity;
  // Those that were let in last would be cut later, when all is said to be well.
  proxy.endAll();
}

async function goDown(proxy: FaultProxy, ms: number): Promise<void> {
  proxy.goDown();
  await sleep(ms);
  await proxy.comeUp();
}

async function slowDown(cluster: Cluster, at: number, ms: number): Promise<void> {
  await cluster.setMood(at, { slowMs: 100 });
  await sleep(ms);
  await cluster.setMood(at);
}

async function block(cluster: Cluster, at: number, ms: number): Promise<void> {
  await cluster.instances[at]!.ask('block', ms);
  await sleep(ms);
}

async function stop(cluster: Cluster, at: number, ms: number): Promise<void> {
  cluster.instances[at]!.kill('SIGSTOP');
  await sleep(ms);
  cluster.instances[at]!.kill('SIGCONT');
}

async function kill(cluster: Cluster, at: number): Promise<void> {
  const instance = cluster.instances[at]!;
  instance.kill('SIGKILL');
  await instance.ended;
  await cluster.replace(at);
}

/** The process may open nothing more: new connections fail, those that are there go on. */
async function takeDescriptors(cluster: Cluster, at: number, ms: number): Promise<void> {
  const { pid } = cluster.instances[at]!;
  const soft = (limit: string): void => {
    execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${limit}:`]);
  };
  const before = execFileSync('prlimit', [
    `--pid=${pid}`,
    '--nofile',
    '-o',
    'SOFT',
    '--noheadings',
  ]);
  soft(String(cluster.instances[at]!.descriptors()));
  await sleep(ms);
  soft(String(before).trim());
}
