import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ManagementControl } from './management.control.js';

/** Begins after all other modules, and ends before them, before the module that drains the servers too. */
const INNERMOST = -Number.MAX_VALUE;

/** Tells management when the service is complete, and when it begins to end. */
@Injectable()
class ServiceEdge implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Inject(ManagementControl) private readonly control: ManagementControl) {}

  onApplicationBootstrap(): void {
    this.control.bootstrapped();
  }

  /** Readiness fails, and the orchestrator is given time to notice, before anything else ends. */
  async onModuleDestroy(): Promise<void> {
    await this.control.announceEnd();
  }
}

/** Nest orders its lifecycle hooks by the distance of a module from the root; this one is put nearer than any. */
@Module({ providers: [ServiceEdge] })
export class ManagementEdgeModule {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    for (const module of modules.values()) {
      if (module.metatype === ManagementEdgeModule) module.distance = INNERMOST;
    }
  }
}
