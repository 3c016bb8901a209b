import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { messageOf } from '../errors/socket-pool-error.js';

/** A running server that can finish what it has before it closes. */
interface DrainingServer {
  /** Takes no new calls, lets those there are finish, within its own limit. Idempotent. */
  drain(): Promise<void>;
}

/**
 * Drains the servers of the application before any provider is destroyed.
 *
 * On a signal, and in a hybrid application, Nest destroys all providers first and closes the servers
 * afterwards, so that a drain which begins with `close()` would let handlers run on destroyed
 * providers. Nest goes through the modules by their distance from the root, the root first, when it
 * destroys them; the module of this provider puts itself before the root.
 */
@Injectable()
export class ServerDrain implements OnModuleDestroy {
  private readonly logger = new Logger('SocketPool');

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.servers().map((server) => this.drain(server)));
  }

  private async drain(server: DrainingServer): Promise<void> {
    try {
      await server.drain();
    } catch (error) {
      this.logger.error(`a server could not be drained: ${messageOf(error)}`);
    }
  }

  private servers(): DrainingServer[] {
    const targets: unknown[] = [];
    // The registry replays what was added so far, at once.
    this.modules
      .getRpcTargetRegistry()
      .subscribe((target) => targets.push(target))
      .unsubscribe();
    return targets.filter(canDrain);
  }
}

function canDrain(target: unknown): target is DrainingServer {
  return typeof (target as Partial<DrainingServer> | null)?.drain === 'function';
}
