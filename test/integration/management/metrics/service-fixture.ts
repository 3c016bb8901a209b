import { Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { onTestFinished } from 'vitest';
import type { PoolOptionsInput } from '../../../../lib/pool/pool-options.js';
import type { SocketPool } from '../../../../lib/pool/socket-pool.js';
import type { SocketPoolServerOptions } from '../../../../lib/server/server-options.js';
import { SocketPoolServer } from '../../../../lib/server/socket-pool-server.js';
import { openPool } from '../../../support/socket-stage.js';
import type { MetricsLab } from './metrics-lab.js';

Logger.overrideLogger(false);

/** A server on a real socket, whose handlers the test plays. */
export class PlayedService {
  readonly server: SocketPoolServer;
  address = '';
  readonly #held: ((value: unknown) => void)[] = [];

  constructor(options: SocketPoolServerOptions) {
    this.server = new SocketPoolServer({ listen: 'tcp://127.0.0.1:0', ...options });
    this.#on('echo', (data) => Promise.resolve(data));
    this.#on('hold', () => new Promise((resolve) => this.#held.push(resolve)));
    this.#on('fail', () => Promise.reject(new Error('as it should')));
    this.server.addHandler('sold', (() => Promise.resolve()) as MessageHandler, true);
  }

  static async open(lab: MetricsLab, options: SocketPoolServerOptions = {}) {
    const service = new PlayedService({ drainTimeoutMs: 500, ...options });
    lab.servers.push(service.server);
    // From the first picture on patterns are counted.
    lab.look();
    service.address = await service.#listen();
    onTestFinished(async () => {
      service.release();
      await service.server.close();
    });
    return service;
  }

  get port(): number {
    return Number(this.address.split(':').at(-1));
  }

  /** Calls of `hold` that wait. */
  get held(): number {
    return this.#held.length;
  }

  /** Answers them. */
  release(): void {
    for (const resolve of this.#held.splice(0)) resolve('released');
  }

  #on(pattern: string, handler: (data: unknown) => Promise<unknown>): void {
    this.server.addHandler(pattern, handler as MessageHandler);
  }

  #listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.listen((error, info) => {
        if (info === undefined) reject(error as Error);
        else resolve(info.addresses[0]!);
      });
    });
  }
}

/** A pool in the lab that fails, and gives up, quickly. */
export function poolIn(lab: MetricsLab, options: PoolOptionsInput): SocketPool {
  const pool = openPool({ name: 'orders', connectTimeoutMs: 300, ...options });
  lab.pools.push(pool);
  return pool;
}
