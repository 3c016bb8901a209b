import { NestFactory } from '@nestjs/core';
import { parseArgs } from 'node:util';
import { AppModule } from './app.module.js';
import { Demo } from './demo.js';
import { LegacyServer } from './legacy/legacy-server.js';
import { OrdersService } from './orders.service.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
  const server = new LegacyServer();
  const address = await server.listen();
  const app = await NestFactory.createApplicationContext(AppModule.with(address), {
    logger: ['error'],
    abortOnError: false,
  });
  const orders = app.get(OrdersService);
  let isStopped = values.once;
  process.once('SIGINT', () => (isStopped = true));
  process.once('SIGTERM', () => (isStopped = true));
  try {
    await new Demo(orders, server).run();
    if (!isStopped) console.log('asking on, until Ctrl-C …');
    for (let id = 1; !isStopped; id++) {
      const { total } = await orders.find(id);
      const { leases } = orders.pool.snapshot();
      console.log(`order ${id}: ${total} (links: ${leases?.idle} idle, ${leases?.leased} leased)`);
      await pause(1_000);
    }
  } finally {
    await app.close();
    await pause(50);
    const left = server.sockets.size;
    console.log(`closed:  ${left} connections are left at the server`);
    if (left > 0) process.exitCode = 1;
    await server.close();
  }
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
