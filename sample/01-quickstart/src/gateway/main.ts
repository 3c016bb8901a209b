import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { ManagementControl } from 'nestjs-socket-pool/management';
import { reportAddress } from '../show/address-report.js';
import { GatewayModule } from './gateway.module.js';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(GatewayModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  const server = await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  reportAddress(`http://127.0.0.1:${port}`, app.get(ManagementControl).address);
}

bootstrap().catch((error: unknown) => {
  console.error(
    `the gateway could not start: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
});
