import type { AddressInfo, Server } from 'node:net';
import type {
  DynamicModule,
  INestMicroservice,
  LoggerService,
  Provider,
  Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientProxy, Server as ServerStrategy } from '@nestjs/microservices';
import { onTestFinished } from 'vitest';
import type { ClientKind, FaceOptions, Pairing, ServerKind } from './pairings.js';

export interface ServiceParts {
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly serverOptions?: FaceOptions;
  readonly logger?: LoggerService;
  /** Called before the service listens. */
  readonly configure?: (app: INestMicroservice) => void;
}

export interface Service {
  readonly app: INestMicroservice;
  readonly port: number;
}

export interface Conversation extends Service {
  readonly client: ClientProxy;
}

class ServiceModule {}

/** A module made of parts, so that a test shows all it is about. */
export function moduleOf({ controllers = [], providers = [] }: ServiceParts): DynamicModule {
  return { module: ServiceModule, controllers, providers };
}

/** A service without a listening port yet; closed when the test is over. */
export async function createService(
  server: ServerKind,
  parts: ServiceParts,
): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(moduleOf(parts), {
    ...server.microservice(parts.serverOptions),
    logger: parts.logger ?? false,
    abortOnError: false,
  });
  onTestFinished(async () => app.close());
  parts.configure?.(app);
  return app;
}

export async function startService(server: ServerKind, parts: ServiceParts): Promise<Service> {
  const app = await createService(server, parts);
  await app.listen();
  return { app, port: portOf(app) };
}

/** A client of the pairing that is not connected; closed when the test is over. */
export function createClient(kind: ClientKind, options: FaceOptions): ClientProxy {
  const client = new kind.type(kind.options(options));
  onTestFinished(async () => {
    await client.close();
  });
  return client;
}

/** A running service and a client for it. */
export async function converse(pairing: Pairing, parts: ServiceParts): Promise<Conversation> {
  const service = await startService(pairing.server, parts);
  return { ...service, client: createClient(pairing.client, { port: service.port }) };
}

export function portOf(app: { unwrap<T>(): T }): number {
  return (app.unwrap<Server>().address() as AddressInfo).port;
}

export function strategyOf(app: INestMicroservice): ServerStrategy {
  return app.getTransportServer() as ServerStrategy;
}
