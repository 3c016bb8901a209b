import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reply } from './support/calls.js';
import type { ServerKind } from './support/pairings.js';
import { pairings } from './support/pairings.js';
import { createClient, portOf } from './support/service.js';

class ServiceOptions {
  readonly host = '127.0.0.1';
}

@Controller()
class PingController {
  @MessagePattern('ping')
  ping() {
    return 'pong';
  }
}

@Module({ controllers: [PingController], providers: [ServiceOptions] })
class PingModule {}

async function start(server: ServerKind): Promise<number> {
  const app = await NestFactory.createMicroservice(PingModule, {
    inject: [ServiceOptions],
    useFactory: ({ host }: ServiceOptions) => server.microservice({ host }),
    logger: false,
  });
  onTestFinished(async () => app.close());
  await app.listen();
  return portOf(app);
}

describe.each(pairings)('a service whose options come from a provider, $name', (pairing) => {
  it('answers', async () => {
    const client = createClient(pairing.client, { port: await start(pairing.server) });

    expect(await reply(client.send('ping', {}))).toBe('pong');
  });
});

describe.each(pairings)('a service in preview, $name', ({ server }) => {
  it('listens to nothing', async () => {
    const app = await NestFactory.createMicroservice(PingModule, {
      ...server.microservice(),
      preview: true,
      logger: false,
      abortOnError: false,
    });

    await expect(app.listen()).rejects.toThrow();
    await app.close();
  });
});
