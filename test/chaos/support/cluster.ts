import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SocketPoolClientOptions } from '../../../lib/client/client-options.js';
import type { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import type { SocketPoolServerOptions } from '../../../lib/server/server-options.js';
import type { Mood } from '../../e2e/acceptance/fixtures/instance.controller.js';
import type { InstanceConfig } from '../../e2e/acceptance/fixtures/instance.js';
import type { ServiceInfo } from '../../e2e/acceptance/fixtures/service.js';
import type { Launch } from '../../e2e/acceptance/support/app-process.js';
import { AppProcess } from '../../e2e/acceptance/support/app-process.js';
import { clientOf } from '../../e2e/acceptance/support/services.js';
import { until } from '../../support/until.js';

export type Instance = AppProcess<ServiceInfo>;

export interface ClusterOptions {
  readonly server?: SocketPoolServerOptions;
  /** With a management thread, and so a beacon. */
  readonly isManaged?: boolean;
  /** How the processes are started, when it matters. */
  readonly launch?: Launch;
}

const CALM: Mood = { slowMs: 0, isFailing: false };

/** Several instances of one service, each a process, and all that was run on them. */
export class Cluster {
  readonly instances: Instance[] = [];
  readonly #options: ClusterOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  #files = 0;

  private constructor(options: ClusterOptions) {
    this.#options = options;
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  static async start(size: number, options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(options);
    for (let each = 0; each < size; each++) cluster.instances.push(await cluster.#startInstance());
    return cluster;
  }

  get addresses(): string[] {
    return this.instances.map(({ info }) => info.address);
  }

  portOf(at: number): number {
    return Number(new URL(this.addresses[at]!).port);
  }

  /** A client in this process, connected to all of them. */
  async client(options: SocketPoolClientOptions = {}): Promise<SocketPoolClient> {
    const client = clientOf(this.instances, { name: 'cluster', ...options });
    await client.connect();
    const readyCount = () =>
      client.pool.snapshot().endpoints.filter(({ state }) => state === 'ready').length;
    const { length } = client.pool.snapshot().endpoints;
    await until(() => readyCount() === length, 'all endpoints are connected to');
    return client;
  }

  /** Changes how an instance feels; without a mood it is well again. */
  async setMood(at: number, mood: Partial<Mood> = {}): Promise<void> {
    await this.instances[at]!.ask('mood', { ...CALM, ...mood });
  }

  /** A new process at the address of one that has ended. */
  async replace(at: number): Promise<Instance> {
    const listen = this.addresses[at]!;
    const instance = await this.#startInstance(listen);
    this.instances[at] = instance;
    return instance;
  }

  /** As an orchestrator does: asks the old one to end, and starts a new one when it has. */
  async restart(at: number): Promise<Instance> {
    const old = this.instances[at]!;
    old.kill('SIGTERM');
    await old.ended;
    return this.replace(at);
  }

  /** How often each call was run, on those that live and on those that were killed. */
  executions(): Map<number, number> {
    const runs = new Map<number, number>();
    for (const name of readdirSync(this.#folder)) {
      const bytes = readFileSync(join(this.#folder, name));
      for (let at = 0; at + 4 <= bytes.length; at += 4) {
        const id = bytes.readUInt32LE(at);
        runs.set(id, (runs.get(id) ?? 0) + 1);
      }
    }
    return runs;
  }

  #startInstance(listen = 'tcp://127.0.0.1:0'): Promise<Instance> {
    const { server, isManaged = false, launch } = this.#options;
    const config: InstanceConfig = {
      options: { listen, ...server } as InstanceConfig['options'],
      ledgerFile: join(this.#folder, String(this.#files++)),
      isManaged,
    };
    return AppProcess.start<ServiceInfo>('instance', config, launch);
  }
}
