import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { SocketPoolServer } from 'nestjs-socket-pool';
import { ManagementControl } from 'nestjs-socket-pool/management';
import { ServiceModule } from './service.module.js';

/** One instance: the service at one port, its management at another, in a thread of its own. */
async function bootstrap(): Promise<void> {
  const strategy = new SocketPoolServer({ listen: process.env.LISTEN ?? 'tcp://127.0.0.1:4001' });
  const app = await NestFactory.createMicroservice(ServiceModule, {
    strategy,
    logger: ['warn', 'error'],
  });
  app.enableShutdownHooks();
  await app.listen();
  const [service] = strategy.snapshot().addresses;
  const management = app.get(ManagementControl).address;
  process.send?.({ service, management });
}

await bootstrap();
