import { Inject, Module } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { ModuleRef } from '@nestjs/core';
import { ClientRegistry } from './client-registry.js';
import { ExclusiveRegistry } from './exclusive-registry.js';
import { ServerDrain } from './server-drain.js';

/** Nearer than the root, whose distance is not negative: destroyed first. */
const BEFORE_ROOT = Number.MIN_SAFE_INTEGER;

/** What an application has once, however many clients it registers. */
@Module({
  providers: [ClientRegistry, ExclusiveRegistry, ServerDrain],
  exports: [ClientRegistry, ExclusiveRegistry],
})
export class SocketPoolCoreModule {
  constructor(@Inject(ModuleRef) moduleRef: ModuleRef) {
    for (const module of modulesOf(moduleRef)) {
      if (module.metatype === SocketPoolCoreModule) module.distance = BEFORE_ROOT;
    }
  }
}

/**
 * The modules as Nest holds them, which a protected member leads to. The ModulesContainer that can be
 * injected is a Map, and of no use where an instance decorator has put it behind a Proxy.
 */
function modulesOf(moduleRef: ModuleRef): ReturnType<ModulesContainer['values']> | [] {
  const { container } = moduleRef as unknown as { container?: { getModules(): ModulesContainer } };
  return container?.getModules().values() ?? [];
}
