import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SocketPoolModule } from 'nestjs-socket-pool';
import { SocketPoolHealthIndicator } from 'nestjs-socket-pool/health';
import { HealthController } from './health.controller.js';
import { OrdersGatewayController } from './orders-gateway.controller.js';

@Module({
  imports: [
    TerminusModule,
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
