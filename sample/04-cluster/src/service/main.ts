import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { SocketPoolServer } from 'nestjs-socket-pool';
import type { Trouble } from './shop.controller.js';
import { suffer } from './shop.controller.js';
import { ShopModule } from './shop.module.js';

/** One instance of the shop, in a process of its own. */
async function bootstrap(): Promise<void> {
  const strategy = new SocketPoolServer({ listen: process.env.LISTEN ?? 'tcp://127.0.0.1:4001' });
  const app = await NestFactory.createMicroservice(ShopModule, { strategy, logger: ['error'] });
  app.enableShutdownHooks();
  await app.listen();
  process.on('message', (trouble: Trouble) => suffer(trouble));
  // It ends with the launcher, however that ends.
  process.once('disconnect', () => void app.close());
  process.send?.(strategy.snapshot().addresses[0]);
}

bootstrap().catch((error: unknown) => {
  console.error(
    `the shop could not start: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
});
