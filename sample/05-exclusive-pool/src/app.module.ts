import type { DynamicModule } from '@nestjs/common';
import { SocketPoolModule } from 'nestjs-socket-pool';
import { LegacyClient } from './legacy/legacy-client.js';
import { OrdersService } from './orders.service.js';

export class AppModule {
  static with(address: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SocketPoolModule.registerExclusive([
          {
            name: 'legacy',
            endpoints: [address],
            resource: {
              create: (link) => new LegacyClient(link),
              validate: (client: LegacyClient) => client.ping(),
            },
            links: { minLinks: 1, maxLinks: 4 },
            // Far too short for real work: here somebody is to be caught.
            leakThresholdMs: 1_000,
          },
        ]),
      ],
      providers: [OrdersService],
      exports: [OrdersService],
    };
  }
}
