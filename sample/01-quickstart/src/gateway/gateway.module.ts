import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SocketPoolModule } from 'nestjs-socket-pool';
import { SocketPoolHealthIndicator } from 'nestjs-socket-pool/health';
import { ManagementModule } from 'nestjs-socket-pool/management';
import { HealthController } from './health.controller.js';
import { OrdersGatewayController } from './orders-gateway.controller.js';

@Module({
  imports: [
    TerminusModule,
    // Probes, metrics and a page for people, on a port and in a thread of their own.
    ManagementModule.forRoot({ port: Number(process.env.MANAGEMENT_PORT ?? 9_400) }),
    SocketPoolModule.registerAsync([
      {
        name: 'orders',
        useFactory: () => ({
          endpoints: (process.env.ORDERS ?? 'tcp://127.0.0.1:4001').split(','),
        }),
      },
    ]),
  ],
  controllers: [OrdersGatewayController, HealthController],
  providers: [SocketPoolHealthIndicator],
})
export class GatewayModule {}
