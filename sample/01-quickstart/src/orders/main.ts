import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { SocketPoolServer } from 'nestjs-socket-pool';
import { reportAddress } from '../show/address-report.js';
import { OrdersModule } from './orders.module.js';

/** One instance of the orders service, in a process of its own. */
async function bootstrap(): Promise<void> {
  const strategy = new SocketPoolServer({ listen: process.env.LISTEN ?? 'tcp://127.0.0.1:4001' });
  const app = await NestFactory.createMicroservice(OrdersModule, {
    strategy,
    logger: ['warn', 'error'],
  });
  app.enableShutdownHooks();
  await app.listen();
  reportAddress(strategy.snapshot().addresses[0]!);
}

bootstrap().catch((error: unknown) => {
  console.error(
    `the orders service could not start: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
});
