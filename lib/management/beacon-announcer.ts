import type { Random } from '../common/random.js';
import { randomInteger } from '../common/random.js';
import type { ManagedService } from './managed-service.js';
import type { ManagementOptions } from './management-options.js';

const ID_BYTES = 16;
const LOOPBACK = /^(127\.|::1$|localhost$)/;

/** Where the beacon of this process listens, as a server tells it to its clients. */
export interface AnnouncedBeacon {
  readonly port: number;
  readonly id: string;
  /** Only those on this machine can reach it. */
  readonly isLocal: boolean;
}

/** Has the servers of the service tell their clients of the beacon, from the moment there is one. */
export class BeaconAnnouncer {
  /** The same as long as the process lives, so that a thread that is started again vouches for it as well. */
  readonly id: string;
  private current: AnnouncedBeacon | undefined;

  constructor(
    private readonly service: ManagedService,
    private readonly options: ManagementOptions['beacon'],
    random: Random,
  ) {
    const bytes = Array.from({ length: ID_BYTES }, () => randomInteger(random, 256));
    this.id = Buffer.from(bytes).toString('hex');
  }

  /** @param port `undefined` when there is no beacon any more */
  moved(port: number | undefined): void {
    const { id, options } = this;
    const isKnown = port !== undefined && options !== false;
    this.current = isKnown ? { port, id, isLocal: LOOPBACK.test(options.host) } : undefined;
    this.announce();
  }

  /** Servers appear while the application runs. */
  announce(): void {
    for (const server of this.service.servers()) server.announceBeacon(this.current);
  }
}
