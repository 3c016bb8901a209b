import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Server } from '@nestjs/microservices';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SocketPoolModule } from '../../../lib/module/socket-pool.module.js';

let steps: string[] = [];

/** A server that takes a while to drain. */
class DrainingServer extends Server {
  constructor(private readonly name = 'server') {
    super();
  }

  listen(callback: () => void): void {
    callback();
  }

  async drain(): Promise<void> {
    steps.push(`${this.name} drains`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    steps.push(`${this.name} drained`);
  }

  close(): void {
    steps.push(`${this.name} closed`);
  }

  on(): void {}

  unwrap<T>(): T {
    return undefined as T;
  }
}

@Injectable()
class Witness {
  onModuleDestroy() {
    steps.push('onModuleDestroy');
  }

  beforeApplicationShutdown() {
    steps.push('beforeApplicationShutdown');
  }

  onApplicationShutdown() {
    steps.push('onApplicationShutdown');
  }
}

@Injectable()
class FeatureWitness {
  onModuleDestroy() {
    steps.push('onModuleDestroy of a feature');
  }
}

@Module({ providers: [FeatureWitness] })
class FeatureModule {}

@Module({ imports: [FeatureModule, SocketPoolModule], providers: [Witness] })
class AppModule {}

const settings = { logger: false, abortOnError: false } as const;

async function startService(strategy: Server = new DrainingServer()): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(AppModule, { strategy, ...settings });
  await app.listen();
  return app;
}

async function startHybrid(...names: string[]): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule, settings);
  for (const name of names) app.connectMicroservice({ strategy: new DrainingServer(name) });
  await app.startAllMicroservices();
  await app.init();
  return app;
}

async function signal(app: INestApplication | INestMicroservice): Promise<void> {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  onTestFinished(() => kill.mockRestore());
  app.enableShutdownHooks(['SIGUSR2']);
  process.emit('SIGUSR2', 'SIGUSR2');
  await vi.waitFor(() => expect(kill).toHaveBeenCalled());
}

beforeEach(() => (steps = []));

describe('servers are drained before any provider is destroyed', () => {
  const DRAINED = ['server drains', 'server drained'];
  const DESTROYED = ['onModuleDestroy', 'onModuleDestroy of a feature'];

  it('in a microservice that is signalled', async () => {
    await signal(await startService());
    expect(steps).toEqual([
      ...DRAINED,
      ...DESTROYED,
      'beforeApplicationShutdown',
      'server closed',
      'onApplicationShutdown',
    ]);
  });

  it('in a microservice that is closed, by the server itself', async () => {
    await (await startService()).close();
    expect(steps[0]).toBe('server closed');
    expect(steps.filter((step) => DESTROYED.includes(step))).toEqual(DESTROYED);
  });

  it.each([
    ['closed', (app: INestApplication) => app.close()],
    ['signalled', signal],
  ])('in a hybrid application that is %s', async (_, end) => {
    await end(await startHybrid('server'));
    expect(steps).toEqual([
      ...DRAINED,
      ...DESTROYED,
      'beforeApplicationShutdown',
      'server closed',
      'onApplicationShutdown',
    ]);
  });

  it('all at the same time', async () => {
    await (await startHybrid('a', 'b')).close();
    expect(steps.slice(0, 4)).toEqual(['a drains', 'b drains', 'a drained', 'b drained']);
  });

  it('also behind the Proxies of an instance decorator', async () => {
    const instrument = {
      instanceDecorator: (instance: unknown) =>
        typeof instance === 'object' && instance !== null ? new Proxy(instance, {}) : instance,
    };
    const app = await NestFactory.create(AppModule, { ...settings, instrument });
    app.connectMicroservice({ strategy: new DrainingServer() });
    await app.startAllMicroservices();
    await app.init();
    await app.close();
    expect(steps.slice(0, 4)).toEqual([...DRAINED, ...DESTROYED]);
  });
});

describe('a server that cannot be drained', () => {
  it('is passed by', async () => {
    class PlainServer extends DrainingServer {
      override drain = undefined as never;
    }
    await signal(await startService(new PlainServer()));
    expect(steps.filter((step) => step.startsWith('server'))).toEqual(['server closed']);
  });

  it('does not keep the application from closing', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    class FailingServer extends DrainingServer {
      override drain(): Promise<void> {
        return Promise.reject(new Error('no way'));
      }
    }
    await signal(await startService(new FailingServer()));
    expect(steps.at(-1)).toBe('onApplicationShutdown');
    expect(error).toHaveBeenCalledExactlyOnceWith('a server could not be drained: no way');
  });
});
