import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { ManagedPool, ManagedService } from './managed-service.js';
import type { ManagementCommand } from './management.contract.js';

/** What the service can be asked for as a whole. */
export interface ServiceControl {
  picture(): unknown;
  drain(timeoutMs: number): void;
}

/** Carries out the commands of the management thread. */
export class CommandRunner {
  constructor(
    private readonly service: ManagedService,
    private readonly control: ServiceControl,
  ) {}

  /** @throws SocketPoolError when the command names what is not there, or cannot be carried out */
  run(command: ManagementCommand): unknown {
    switch (command.kind) {
      case 'picture':
        return this.control.picture();
      case 'resizePool': {
        const pool = this.pool(command.pool);
        pool.control.resize(command.sizing);
        return pool.snapshot();
      }
      case 'endpoint': {
        const pool = this.pool(command.pool);
        pool.control.apply(command.endpoint, command.action, command.weight);
        return pool.snapshot();
      }
      case 'drain':
        this.control.drain(command.timeoutMs);
        return this.control.picture();
    }
  }

  private pool(name: string): ManagedPool {
    const pool = this.service.pools().find((each) => each.name === name);
    if (pool === undefined) throw new SocketPoolError('NO_ENDPOINT', `there is no pool ${name}`);
    return pool;
  }
}
