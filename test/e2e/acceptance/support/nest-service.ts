import type { INestMicroservice, LoggerService, Provider, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { onTestFinished } from 'vitest';
import type { SocketPoolClientOptions } from '../../../../lib/client/client-options.js';
import { SocketPoolClient } from '../../../../lib/client/socket-pool-client.js';
import type { SocketPoolServerOptions } from '../../../../lib/server/server-options.js';
import { SocketPoolServer } from '../../../../lib/server/socket-pool-server.js';
import { QUICK_RECONNECT } from './services.js';

export interface NestServiceParts {
  readonly controllers: Type[];
  readonly providers?: Provider[];
  readonly options?: SocketPoolServerOptions;
  readonly logger?: LoggerService;
}

class ServiceModule {}

/** A Nest microservice in this process, closed when the test is over. */
export class NestService {
  private constructor(
    readonly app: INestMicroservice,
    readonly strategy: SocketPoolServer,
  ) {}

  get address(): string {
    return this.strategy.snapshot().addresses[0]!;
  }

  get port(): number {
    return Number(new URL(this.address).port);
  }

  static async start(parts: NestServiceParts): Promise<NestService> {
    const { controllers, providers = [], options, logger } = parts;
    const listen = 'tcp://127.0.0.1:0';
    const strategy = new SocketPoolServer({ listen, drainTimeoutMs: 200, ...options });
    const app = await NestFactory.createMicroservice(
      { module: ServiceModule, controllers, providers },
      { strategy, logger: logger ?? false, abortOnError: false },
    );
    onTestFinished(() => app.close());
    await app.listen();
    return new NestService(app, strategy);
  }

  /** A client of it, closed when the test is over. */
  client(options: SocketPoolClientOptions = {}): SocketPoolClient {
    return clientAt(this.address, options);
  }
}

/** A client in this process, closed when the test is over. */
export function clientAt(address: string, options: SocketPoolClientOptions = {}): SocketPoolClient {
  const endpoints = options.discovery === undefined ? { endpoints: [address] } : {};
  const client = new SocketPoolClient({ ...endpoints, reconnect: QUICK_RECONNECT, ...options });
  onTestFinished(async () => {
    client.pool.destroy();
    await client.close();
  });
  return client;
}
