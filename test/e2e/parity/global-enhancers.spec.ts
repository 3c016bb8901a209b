import type {
  INestApplication,
  INestMicroservice,
  NestHybridApplicationOptions,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientProxy } from '@nestjs/microservices';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { failure, reply } from './support/calls.js';
import {
  GreetingController,
  Trail,
  TRAIL_OF_A_CALL,
  TrailFilter,
  TrailGuard,
  TrailInterceptor,
  TrailPipe,
} from './support/enhancers.js';
import type { Pairing } from './support/pairings.js';
import { pairings } from './support/pairings.js';
import { converse, createClient, moduleOf, portOf } from './support/service.js';

const trail = new Trail();
const parts = { controllers: [GreetingController] };

function enhance(app: INestApplication | INestMicroservice): void {
  app.useGlobalGuards(new TrailGuard(trail));
  app.useGlobalInterceptors(new TrailInterceptor(trail));
  app.useGlobalPipes(new TrailPipe(trail));
  app.useGlobalFilters(new TrailFilter(trail));
}

async function expectEnhanced(client: ClientProxy): Promise<void> {
  trail.steps.length = 0;
  expect(await reply(client.send('greet', ' мир '))).toBe('[hello мир]');
  expect(trail.steps).toEqual(TRAIL_OF_A_CALL);
  expect(await failure(client.send('greet', 'nobody'))).toEqual({ filtered: 'nobody is here' });
}

/** `connectMicroservice` registers the handlers at once, unless initialization is deferred. */
async function startHybrid(
  { server, client }: Pairing,
  enhanceWhole: boolean,
  options: NestHybridApplicationOptions,
): Promise<ClientProxy> {
  const app = await NestFactory.create(moduleOf(parts), { logger: false, abortOnError: false });
  onTestFinished(async () => app.close());
  if (enhanceWhole) enhance(app);
  const service = app.connectMicroservice(server.microservice(), options);
  if (!enhanceWhole) enhance(service);
  await app.startAllMicroservices();
  return createClient(client, { port: portOf(service) });
}

beforeEach(() => (trail.steps.length = 0));

describe.each(pairings)('global enhancers, $name', (pairing) => {
  it('of a microservice surround its handlers', async () => {
    const { client } = await converse(pairing, { ...parts, configure: enhance });

    await expectEnhanced(client);
  });

  it('of a connected microservice surround its handlers', async () => {
    await expectEnhanced(await startHybrid(pairing, false, { deferInitialization: true }));
  });

  it('of a hybrid application surround the handlers that inherit them', async () => {
    await expectEnhanced(await startHybrid(pairing, true, { inheritAppConfig: true }));
  });

  it('of a hybrid application leave other handlers alone', async () => {
    const client = await startHybrid(pairing, true, {});

    expect(await reply(client.send('greet', 'мир'))).toBe('hello мир');
    expect(trail.steps).toEqual([]);
  });
});

describe.each(pairings)('a pre-request hook, $name', (pairing) => {
  it('runs before all enhancers', async () => {
    const { client } = await converse(pairing, {
      ...parts,
      configure: (app) => {
        enhance(app);
        app.registerPreRequestHook((context, next) => {
          trail.steps.push(`hook of ${context.getType()}`);
          return next();
        });
      },
    });

    expect(await reply(client.send('greet', 'you'))).toBe('[hello you]');
    expect(trail.steps).toEqual(['hook of rpc', ...TRAIL_OF_A_CALL]);
  });
});
