import type { Server } from 'node:net';
import type {
  BeforeApplicationShutdown,
  INestApplication,
  INestMicroservice,
  OnApplicationShutdown,
  OnModuleDestroy,
} from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { until } from './support/calls.js';
import type { ServerKind } from './support/pairings.js';
import { servers } from './support/pairings.js';
import { createService, moduleOf } from './support/service.js';

let steps: string[] = [];
let stepsAfterClosing: string[] = [];
let listening: () => boolean = () => false;

function step(name: string): void {
  steps.push(name);
  if (!listening()) stepsAfterClosing.push(name);
}

function namesOf(signal?: string): string[] {
  return [
    'onModuleDestroy',
    `beforeApplicationShutdown ${signal}`,
    `onApplicationShutdown ${signal}`,
  ];
}

@Injectable()
class Witness implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  onModuleDestroy() {
    step('onModuleDestroy');
  }

  beforeApplicationShutdown(signal?: string) {
    step(`beforeApplicationShutdown ${signal}`);
  }

  onApplicationShutdown(signal?: string) {
    step(`onApplicationShutdown ${signal}`);
  }
}

const parts = { providers: [Witness] };

function watch(service: INestMicroservice): void {
  const server = service.unwrap<Server>();
  listening = () => server.listening;
}

async function startHybrid(server: ServerKind): Promise<[INestApplication, INestMicroservice]> {
  const app = await NestFactory.create(moduleOf(parts), { logger: false, abortOnError: false });
  onTestFinished(async () => app.close());
  const service = app.connectMicroservice(server.microservice());
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  watch(service);
  return [app, service];
}

beforeEach(() => {
  steps = [];
  stepsAfterClosing = [];
});

describe.each(servers)('shutdown hooks of a microservice, $name', (server) => {
  it('run after the transport closed', async () => {
    const app = await createService(server, parts);
    await app.listen();
    watch(app);
    await app.close();

    expect(steps).toEqual(namesOf());
    expect(stepsAfterClosing).toEqual(steps);
  });

  it('run around the closing of the transport on a signal', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const app = await createService(server, parts);
    app.enableShutdownHooks(['SIGTERM']);
    await app.listen();
    watch(app);
    process.emit('SIGTERM', 'SIGTERM');
    await until(() => kill.mock.calls.length > 0);

    expect(steps).toEqual(namesOf('SIGTERM'));
    expect(stepsAfterClosing).toContain('onApplicationShutdown SIGTERM');
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGTERM');
  });
});

describe.each(servers)('shutdown hooks of a hybrid application, $name', (server) => {
  it('run once, around the closing of the transport', async () => {
    const [app] = await startHybrid(server);
    await app.close();

    expect(steps).toEqual(namesOf());
    expect(stepsAfterClosing).toContain('onApplicationShutdown undefined');
  });

  it('leave no signal listener behind', async () => {
    const before = process.listenerCount('SIGTERM');
    const [app, service] = await startHybrid(server);
    service.enableShutdownHooks(['SIGTERM']);
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await app.close();

    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
