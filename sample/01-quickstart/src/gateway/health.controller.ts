import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import { InjectSocketPool, SocketPool } from 'nestjs-socket-pool';
import { SocketPoolHealthIndicator } from 'nestjs-socket-pool/health';

/** For the orchestrator: the health of the pool that carries the calls, not of a connection made for the question. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: SocketPoolHealthIndicator,
    @InjectSocketPool('orders') private readonly orders: SocketPool,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.indicator.isHealthy('orders', this.orders)]);
  }
}
