import type { DynamicModule, OnModuleDestroy } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { ProbeVerdicts } from '../health/probe-verdicts.js';
import type { WorkerClock } from '../worker-clock.js';
import { FeedHub } from './feed-hub.js';
import { FeedController } from './feed.controller.js';
import type { ServiceFeedParts } from './service-feed.js';
import { ServiceFeed } from './service-feed.js';

@Module({})
export class FeedModule implements OnModuleDestroy {
  constructor(@Inject(FeedHub) private readonly hub: FeedHub) {}

  /** @param health the module that exports `ProbeVerdicts` */
  static forRoot(
    parts: ServiceFeedParts,
    clock: WorkerClock,
    health: DynamicModule,
  ): DynamicModule {
    return {
      module: FeedModule,
      imports: [health],
      controllers: [FeedController],
      providers: [
        {
          provide: FeedHub,
          inject: [ProbeVerdicts],
          useFactory: (verdicts: ProbeVerdicts) =>
            new FeedHub(new ServiceFeed(parts, verdicts), clock),
        },
      ],
    };
  }

  onModuleDestroy(): void {
    this.hub.close();
  }
}
