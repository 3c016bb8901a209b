import { Injectable } from '@nestjs/common';
import type { SocketPoolClient } from '../client/socket-pool-client.js';
import { printValue } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';

/** The clients of an application by name. One name is one client: it stands in logs, health and metrics. */
@Injectable()
export class ClientRegistry {
  private readonly byName = new Map<string, SocketPoolClient>();
  private readonly names = new Set<string>();

  /** @throws SocketPoolError `INVALID_OPTIONS` when there is a client or an exclusive pool of that name already */
  reserve(name: string): void {
    if (this.names.has(name)) {
      throw invalidOptionsError('SocketPoolModule', [
        `name: ${printValue(name)} is registered twice in this application; register it once, and export that module or make it global`,
      ]);
    }
    this.names.add(name);
  }

  /** @throws SocketPoolError `INVALID_OPTIONS` when the name is taken */
  add(name: string, make: () => SocketPoolClient): SocketPoolClient {
    this.reserve(name);
    const client = make();
    this.byName.set(name, client);
    return client;
  }

  get clients(): ReadonlyMap<string, SocketPoolClient> {
    return this.byName;
  }
}
