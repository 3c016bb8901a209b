import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Transport } from '@nestjs/microservices';
import type { AddressInfo, Server } from 'node:net';
import { SocketPoolServer } from 'nestjs-socket-pool';
import { GreetingModule } from './greeting.module.js';

export interface RunningServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** As the service is today. */
export function startStock(): Promise<RunningServer> {
  return start({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } });
}

/** As it is after the one line of the migration. */
export function startPooled(): Promise<RunningServer> {
  return start({ strategy: new SocketPoolServer({ host: '127.0.0.1', port: 0 }) });
}

async function start(options: MicroserviceOptions): Promise<RunningServer> {
  const app: INestMicroservice = await NestFactory.createMicroservice(GreetingModule, {
    ...options,
    logger: ['warn', 'error'],
  });
  await app.listen();
  const { port } = app.unwrap<Server>().address() as AddressInfo;
  return { port, close: () => app.close() };
}
