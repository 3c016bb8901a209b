import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { BenchController, BenchModule } from '../handlers.js';
import type { ServerEnd } from './peer.js';

/** Starts the Nest service behind the transport that `transport` names. */
export async function listenWithNest(transport: MicroserviceOptions): Promise<ServerEnd> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(BenchModule, {
    ...transport,
    logger: ['error'],
  });
  await app.listen();
  const controller = app.get(BenchController);
  return {
    delivered: () => controller.delivered,
    close: () => app.close(),
  };
}
