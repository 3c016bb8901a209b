import { Controller, Get, Inject } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { expect, it, onTestFinished } from 'vitest';
import { SocketPoolServer } from '../../lib/server/socket-pool-server.js';
import { SocketPoolServerHealthIndicator } from '../../lib/health/socket-pool.health.js';

const server = new SocketPoolServer({ listen: 'tcp://127.0.0.1:0' });

@Controller()
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(SocketPoolServerHealthIndicator)
    private readonly indicator: SocketPoolServerHealthIndicator,
  ) {}

  @Get('ready')
  ready() {
    return this.health.check([
      () => this.indicator.isHealthy('orders', server, { maxLoopLagMs: 60_000 }),
    ]);
  }
}

interface Answer {
  readonly status: number;
  readonly orders: Record<string, unknown>;
}

it('the health of a server follows it through its life, in a controller of the user’s own', async () => {
  const module = {
    module: class Orders {},
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [SocketPoolServerHealthIndicator],
  };
  const app = await NestFactory.create(module, { logger: false, abortOnError: false });
  onTestFinished(async () => app.close());
  app.connectMicroservice({ strategy: server });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const ask = async (): Promise<Answer> => {
    const response = await fetch(`${url}/ready`);
    const { details } = (await response.json()) as { details: Pick<Answer, 'orders'> };
    return { status: response.status, orders: details.orders };
  };

  expect(await ask()).toMatchObject({
    status: 503,
    orders: { status: 'down', state: 'idle', isAccepting: false },
  });
  await app.startAllMicroservices();
  const { orders } = await ask();
  expect(orders).toMatchObject({ status: 'up', isAccepting: true, connections: 0, inFlight: 0 });
  expect(orders.loopLagMs).toBeGreaterThanOrEqual(0);
  server.goOffline();
  expect(await ask()).toMatchObject({
    status: 503,
    orders: { state: 'listening', isAccepting: false, reasons: ['it was taken offline'] },
  });
  server.goOnline();
  expect((await ask()).status).toBe(200);
  await server.drain();
  expect(await ask()).toMatchObject({ status: 503, orders: { isAccepting: false } });
});
