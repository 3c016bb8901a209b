import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { Inject, Injectable } from '@nestjs/common';
import type { ObservedExclusive } from './exclusive-management.js';
import { managedExclusive } from './exclusive-management.js';
import { httpPicture } from './http-listener.js';
import type { ManagedPool, ManagedServer, ManagedService } from './managed-service.js';
import type { HttpPicture } from './management.contract.js';

/**
 * Finds the servers and pools of the application by itself: servers in Nest's registry of transport
 * strategies, pools behind every provider that is a client or a pool, however it was registered.
 */
@Injectable()
export class ApplicationService implements ManagedService {
  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HttpAdapterHost) private readonly httpHost: HttpAdapterHost,
  ) {}

  http(): HttpPicture | null {
    return httpPicture(this.httpHost);
  }

  servers(): readonly ManagedServer[] {
    const targets: unknown[] = [];
    // The registry replays what was added so far, at once.
    this.modules
      .getRpcTargetRegistry()
      .subscribe((target) => targets.push(target))
      .unsubscribe();
    return targets.filter(isManagedServer);
  }

  pools(): readonly ManagedPool[] {
    const pools = new Map<string, ManagedPool>();
    for (const instance of this.instances()) {
      const pool = poolOf(instance);
      if (pool !== undefined && !pools.has(pool.name)) pools.set(pool.name, pool);
    }
    return [...pools.values()];
  }

  private *instances(): Iterable<unknown> {
    for (const module of this.modules.values()) {
      for (const wrapper of module.providers.values()) {
        // Request-scoped providers have a prototype for an instance; reading from it is not wanted.
        if (wrapper.isDependencyTreeStatic()) yield wrapper.instance;
      }
    }
  }
}

function isManagedServer(target: unknown): target is ManagedServer {
  return has(target, 'snapshot') && has(target, 'goOffline') && has(target, 'patterns');
}

function poolOf(instance: unknown): ManagedPool | undefined {
  if (has(instance, 'snapshot') && has(instance, 'acquire') && has(instance, 'use'))
    return managedExclusive(instance as ObservedExclusive);
  if (isManagedPool(instance)) return instance;
  // A `SocketPoolClient`, from whichever module.
  if (!has(instance, 'send') || !has(instance, 'request')) return undefined;
  const { pool } = instance as { pool?: unknown };
  return isManagedPool(pool) ? pool : undefined;
}

function isManagedPool(instance: unknown): instance is ManagedPool {
  return has(instance, 'snapshot') && has(instance, 'callPaced');
}

function has(target: unknown, method: string): boolean {
  if (typeof target !== 'object' || target === null) return false;
  return typeof (target as Record<string, unknown>)[method] === 'function';
}
