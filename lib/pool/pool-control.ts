import { printValue, resolveOptions } from '../common/options.js';
import { invalidOptionsError, SocketPoolError } from '../errors/socket-pool-error.js';
import type { SizingSnapshot } from '../metrics/snapshot.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { EndpointPools } from './endpoint-pools.js';
import type { PoolOptions } from './pool-options.js';
import { checkSizing, sizingOptionTable } from './pool-options.js';

/** What of the sizing may be changed while the pool runs. */
export interface PoolSizing {
  readonly minConnections?: number;
  readonly maxConnections?: number;
  readonly highWatermark?: number;
  readonly lowWatermark?: number;
}

/** What can be done with one endpoint of a running pool. */
export type EndpointAction = 'drain' | 'eject' | 'readmit' | 'weight';

const MAX_WEIGHT = 65_535;

/** Changes a pool while it runs, for operators. Nothing of it outlives the pool. */
export class PoolControl {
  readonly #name: string;
  readonly #endpoints: EndpointPools;
  #sizing: PoolOptions['pool'];

  constructor(options: PoolOptions, endpoints: EndpointPools) {
    this.#name = options.name;
    this.#sizing = options.pool;
    this.#endpoints = endpoints;
  }

  /** The sizing in force. */
  get sizing(): PoolOptions['pool'] {
    return this.#sizing;
  }

  snapshot(): SizingSnapshot {
    const { minConnections, maxConnections, highWatermark, lowWatermark } = this.#sizing;
    return { minConnections, maxConnections, highWatermark, lowWatermark };
  }

  /**
   * Changes the limits of all endpoints; connections come and go accordingly, without a failed call.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` that lists every problem; nothing is changed then
   */
  resize(sizing: PoolSizing): void {
    const problems: string[] = [];
    const wanted = resolveOptions(sizingOptionTable, { ...this.#sizing, ...sizing }, problems);
    if (problems.length === 0) checkSizing(wanted, problems);
    if (problems.length > 0) throw invalidOptionsError(`the pool ${this.#name}`, problems);
    this.#sizing = wanted;
    this.#endpoints.resize(wanted);
  }

  /**
   * `drain`: no calls, and no connections once theirs are done. `eject`: calls only where no other endpoint
   * takes them. `readmit`: undoes both, and
   * an ejection by the pool itself. `weight`: another share of the calls.
   *
   * @param address as the snapshot shows it
   * @throws SocketPoolError `NO_ENDPOINT` for an address that the pool does not know, `INVALID_OPTIONS` for a
   *   weight that is not a number from 0 to 65 535
   */
  apply(address: string, action: EndpointAction, weight?: number): void {
    const endpointPool = this.#find(address);
    if (action === 'weight') endpointPool.override({ weight: this.#checkWeight(weight) });
    else if (action === 'drain') endpointPool.override({ isDrained: true });
    else if (action === 'eject') endpointPool.override({ isEjected: true });
    else this.#readmit(endpointPool);
  }

  #readmit(endpointPool: EndpointPool): void {
    endpointPool.override({ isDrained: false, isEjected: false });
    endpointPool.health.readmit();
  }

  #find(address: string): EndpointPool {
    const found = this.#endpoints.active.find((each) => each.endpoint.address === address);
    if (found !== undefined) return found;
    throw new SocketPoolError(
      'NO_ENDPOINT',
      `${this.#name} has no endpoint ${printValue(address)}`,
    );
  }

  #checkWeight(weight: number | undefined): number {
    if (typeof weight === 'number' && weight >= 0 && weight <= MAX_WEIGHT) return weight;
    const problem = `weight: ${printValue(weight)} is not a number from 0 to ${MAX_WEIGHT}`;
    throw invalidOptionsError(`the pool ${this.#name}`, [problem]);
  }
}
