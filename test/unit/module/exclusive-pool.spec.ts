import type { DynamicModule } from '@nestjs/common';
import { Injectable, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ApplicationService } from '../../../lib/management/application-service.js';
import { InjectExclusivePool } from '../../../lib/module/inject.decorators.js';
import { SocketPoolModule } from '../../../lib/module/socket-pool.module.js';
import { getExclusivePoolToken } from '../../../lib/module/socket-pool.tokens.js';
import { ExclusivePool } from '../../../lib/pool/exclusive/exclusive-pool.js';
import { until } from '../../support/until.js';

const LEGACY = { name: 'legacy', endpoints: ['tcp://127.0.0.1:1'] };

@Injectable()
class Gateway {
  constructor(@InjectExclusivePool('legacy') readonly pool: ExclusivePool) {}
}

async function start(imports: DynamicModule[], options: object = {}) {
  const module = { module: class AppModule {}, imports, providers: [Gateway, ApplicationService] };
  const settings = { logger: false, abortOnError: false, ...options } as const;
  const app = await NestFactory.createApplicationContext(module, settings);
  onTestFinished(async () => app.close());
  return app;
}

/** Takes connections and says nothing. */
async function listen(): Promise<{ address: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

describe('an exclusive pool of the module', () => {
  it('is injected by its name, opens nothing unasked, and is closed with the application', async () => {
    const app = await start([SocketPoolModule.registerExclusive([LEGACY])]);
    const { pool } = app.get(Gateway);
    expect(pool).toBeInstanceOf(ExclusivePool);
    expect([pool.name, pool.state]).toEqual(['legacy', 'idle']);
    await app.close();
    expect(pool.state).toBe('closed');
  });

  it('has options that a factory makes', async () => {
    const definition = {
      name: 'legacy',
      useFactory: () => Promise.resolve({ endpoints: LEGACY.endpoints, links: { maxLinks: 3 } }),
    };
    const app = await start([SocketPoolModule.registerExclusiveAsync([definition])]);
    const pool = app.get<ExclusivePool>(getExclusivePoolToken('legacy'), { strict: false });
    expect(pool.snapshot().sizing.maxConnections).toBe(3);
  });

  it('has a name of its own', async () => {
    const twice = [
      SocketPoolModule.registerExclusive([LEGACY]),
      SocketPoolModule.register([LEGACY]),
    ];
    await expect(start(twice)).rejects.toThrow(/'legacy' is registered twice/);
    expect(() => SocketPoolModule.registerExclusive([LEGACY, LEGACY])).toThrow(
      /pools\[1\].name: 'legacy' is given twice/,
    );
  });

  it('starts with the application and works behind a Proxy', async () => {
    const { address, sockets } = await listen();
    const app = await start(
      [
        SocketPoolModule.registerExclusive([
          { name: 'legacy', endpoints: [address], start: 'eager', links: { minLinks: 2 } },
        ]),
      ],
      { instrument: { instanceDecorator: (target: object) => new Proxy(target, {}) } },
    );
    await until(() => sockets.size === 2, 'the minimum is open');
    const { pool } = app.get(Gateway);
    expect(await pool.use((stream) => stream.remote)).toBe(address.slice('tcp://'.length));
    await app.close();
    await until(() => sockets.size === 0, 'all is closed');
  });

  it('warns of a lease that nobody returns, with the place', async () => {
    const { address } = await listen();
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const app = await start([
      SocketPoolModule.registerExclusive([
        { name: 'legacy', endpoints: [address], leakThresholdMs: 1, drainTimeoutMs: 0 },
      ]),
    ]);
    await app.get(Gateway).pool.acquire();
    await until(() => warn.mock.calls.length > 0, 'the leak is reported');
    expect(warn.mock.calls[0]![0]).toMatch(/legacy: a lease .* taken\n.*exclusive-pool\.spec/);
  });

  it('is managed as every pool, its links called connections', async () => {
    const app = await start([SocketPoolModule.registerExclusive([LEGACY])]);
    const [managed, ...others] = app.get(ApplicationService).pools();
    expect([managed?.name, others]).toEqual(['legacy', []]);
    expect(app.get(ApplicationService).pools()[0]).toBe(managed);
    managed!.control.resize({ minConnections: 0, maxConnections: 2 });
    expect(managed!.snapshot().sizing).toMatchObject({ minConnections: 0, maxConnections: 2 });
    expect(() => managed!.control.resize({ highWatermark: 3 })).toThrow(/has no watermarks/);
    expect(() => managed!.control.apply('tcp://nobody:1', 'drain')).toThrow(/has no endpoint/);
  });
});
