import { Module } from '@nestjs/common';
import { SocketPoolModule } from 'nestjs-socket-pool';
import { ManagementModule } from 'nestjs-socket-pool/management';
import { ReportsController } from './reports.controller.js';

@Module({
  imports: [
    // For the drain: servers finish before anything they use is destroyed.
    SocketPoolModule,
    ManagementModule.forRoot({
      host: process.env.MANAGEMENT_HOST ?? '127.0.0.1',
      port: Number(process.env.MANAGEMENT_PORT ?? 9_400),
      // Without a token the port only tells; with one it also acts, for whoever presents it.
      token: process.env.MANAGEMENT_TOKEN,
      probes: { liveStuckMs: 1_500 },
      diagnosis: { incidentMs: 1_000 },
    }),
  ],
  controllers: [ReportsController],
})
export class ServiceModule {}
