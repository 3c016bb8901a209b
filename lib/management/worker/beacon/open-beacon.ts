import { resolveOptions } from '../../../common/options.js';
import { messageOf } from '../../../errors/socket-pool-error.js';
import { LISTENER_OPTIONS } from '../../../link/link-options.js';
import { TcpListener } from '../../../link/tcp-listener.js';
import type { ThreadSetup } from '../../management.contract.js';
import type { ManagementLog } from '../management-log.js';
import type { WorkerClock } from '../worker-clock.js';
import { Beacon } from './beacon.js';

const BACKLOG = 64;

export interface BeaconSetup {
  readonly data: ThreadSetup;
  readonly clock: WorkerClock;
  readonly log: ManagementLog;
  readonly stuckMs: () => number;
}

export interface OpenBeacon {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Opens the beacon, where the options ask for one. In the service's own thread there is none: it would
 * be stuck when the service is. Nor does a service fail to start for want of it.
 */
export async function openBeacon(setup: BeaconSetup): Promise<OpenBeacon | undefined> {
  const { data, clock, log, stuckMs } = setup;
  const { beacon: options, isolation } = data.options;
  if (options === false || isolation === 'inline') return undefined;
  // The name would be looked up in the thread pool, which the service may have filled.
  const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
  const listenerOptions = resolveOptions(LISTENER_OPTIONS, { backlog: BACKLOG }, []);
  const listener = new TcpListener({ kind: 'tcp', host, port: options.port }, listenerOptions);
  const onLost = (error: Error): void => log.warn(`the beacon is gone: ${error.message}`);
  const beacon = new Beacon({ listener, clock, id: data.beaconId, stuckMs, onLost });
  try {
    await beacon.open();
  } catch (error) {
    const text = `there is no beacon: ${host}:${options.port} cannot be opened (${messageOf(error)})`;
    log.warn(`${text}; clients close connections to a service that is stuck`);
    return undefined;
  }
  const port = Number(listener.address.split(':').at(-1));
  return { port, close: () => beacon.close() };
}
