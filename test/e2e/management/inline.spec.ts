import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, it } from 'vitest';
import { ManagementControl, ManagementModule } from 'nestjs-socket-pool/management';

/** From `dist`, as users have it: the application is loaded by the path of a built file. */
@Module({ imports: [ManagementModule.forRoot({ port: 0, isolation: 'inline' })] })
class InlineModule {}

it('management runs inline where that is asked for, says so, and ends with the application', async () => {
  const app = await NestFactory.createApplicationContext(InlineModule, { logger: false });
  const address = app.get(ManagementControl).address!;
  const live = await fetch(`${address}/health/live`);
  expect(live.status).toBe(200);
  const pools = (await (await fetch(`${address}/pools`)).json()) as { service: object };
  expect(pools.service).toMatchObject({ isolation: 'inline' });
  await app.close();
  await expect(fetch(`${address}/health/live`)).rejects.toThrow();
});
