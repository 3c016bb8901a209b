import { Controller, Get, Inject } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SocketPoolHealthIndicator } from '../../lib/health/socket-pool.health.js';
import { InjectSocketPool } from '../../lib/module/inject.decorators.js';
import { SocketPoolModule } from '../../lib/module/socket-pool.module.js';
import type { SocketPool } from '../../lib/pool/socket-pool.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { until } from '../support/until.js';
import { startOrders } from './support/orders-service.js';

@Controller()
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(SocketPoolHealthIndicator) private readonly indicator: SocketPoolHealthIndicator,
    @InjectSocketPool('orders') private readonly pool: SocketPool,
  ) {}

  @Get('ready')
  ready() {
    return this.health.check([() => this.indicator.isHealthy('orders', this.pool)]);
  }

  @Get('alive')
  alive() {
    return this.health.check([
      () => this.indicator.roundTrip('orders', this.pool, { timeoutMs: 150 }),
    ]);
  }
}

interface Answer {
  readonly http: number;
  readonly status: string;
  readonly orders: Record<string, unknown>;
}

async function startGateway(endpoints: string[], start: 'eager' | 'lazy' = 'eager') {
  const options = { name: 'orders', endpoints, start, startTimeoutMs: 1_000 };
  const module = {
    module: class Gateway {},
    imports: [TerminusModule.forRoot({ logger: false }), SocketPoolModule.register([options])],
    controllers: [HealthController],
    providers: [SocketPoolHealthIndicator],
  };
  const app = await NestFactory.create(module, { logger: false, abortOnError: false });
  onTestFinished(async () => app.close());
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async (path: 'ready' | 'alive'): Promise<Answer> => {
    const response = await fetch(`${url}/${path}`, { headers: { connection: 'close' } });
    const { status, details } = (await response.json()) as {
      status: string;
      details: { orders: Record<string, unknown> };
    };
    return { http: response.status, status, orders: details.orders };
  };
}

describe('the health of a pool, through Terminus', () => {
  it('is up with the numbers when the service is there', async () => {
    const { address } = await startOrders();
    const ask = await startGateway([address]);

    expect(await ask('ready')).toMatchObject({
      http: 200,
      status: 'ok',
      orders: { status: 'up', state: 'ready', readyConnections: 1, endpoints: 1, waiters: 0 },
    });
    const { http, orders } = await ask('alive');
    expect({ http, orders }).toMatchObject({ http: 200, orders: { status: 'up', answered: 1 } });
    expect(orders.roundTripMs).toBeGreaterThan(0);
  });

  it('is up for a lazy pool that nobody asked, without dialing', async () => {
    const proxy = await FaultProxy.open(1);
    onTestFinished(async () => proxy.close());
    const ask = await startGateway([proxy.address], 'lazy');

    expect(await ask('ready')).toMatchObject({
      http: 200,
      orders: { status: 'up', state: 'idle' },
    });
    expect(proxy.accepted).toBe(0);
  });

  it('is degraded, and still 200, when one of two instances is gone', async () => {
    const [first, second] = [await startOrders(), await startOrders()];
    const ask = await startGateway([first.address, second.address]);
    await until(async () => (await ask('ready')).orders['readyEndpoints'] === 2, 'both are up');
    await second.app.close();
    await until(async () => (await ask('ready')).status === 'degraded', 'it is degraded');

    expect(await ask('ready')).toMatchObject({
      http: 200,
      orders: { status: 'degraded', unavailable: [second.address] },
    });
  });

  it('is down, and 503, when no instance is there', async () => {
    const { app, address } = await startOrders();
    const ask = await startGateway([address]);
    await app.close();
    await until(async () => (await ask('ready')).http === 503, 'it is down');

    expect(await ask('ready')).toMatchObject({
      status: 'error',
      orders: { status: 'down', readyConnections: 0 },
    });
    expect(await ask('alive')).toMatchObject({ http: 503, orders: { status: 'down', asked: 0 } });
  });

  it('finds an instance that is stuck by a round trip', async () => {
    const [first, second] = [await startOrders(), await startOrders()];
    const proxies = [await FaultProxy.open(first.port), await FaultProxy.open(second.port)];
    for (const proxy of proxies) onTestFinished(async () => proxy.close());
    const ask = await startGateway(proxies.map(({ address }) => address));
    await until(async () => (await ask('ready')).orders['readyEndpoints'] === 2, 'both are up');
    proxies[0].toxics = { isBlackhole: true };

    expect(await ask('alive')).toMatchObject({ http: 200, status: 'degraded' });
    proxies[1].toxics = { isBlackhole: true };
    expect(await ask('alive')).toMatchObject({
      http: 503,
      orders: { status: 'down', asked: 2, answered: 0 },
    });
    for (const proxy of proxies) proxy.toxics = {};
  });
});
