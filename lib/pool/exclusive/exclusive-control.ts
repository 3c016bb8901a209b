import { printValue, resolveOptions } from '../../common/options.js';
import { invalidOptionsError, SocketPoolError } from '../../errors/socket-pool-error.js';
import type { EndpointAction } from '../pool-control.js';
import type { ExclusivePoolOptions } from './exclusive-options.js';
import { checkLinks, linksOptionTable } from './exclusive-options.js';
import type { LinkSupply } from './link-supply.js';

/** What of the number of links may be changed while the pool runs. */
export interface ExclusiveSizing {
  readonly minLinks?: number;
  readonly maxLinks?: number;
}

const MAX_WEIGHT = 65_535;

/** Changes an exclusive pool while it runs, for operators. Nothing of it outlives the pool. */
export class ExclusiveControl {
  readonly #name: string;
  readonly #supply: LinkSupply<unknown>;

  constructor(options: ExclusivePoolOptions, supply: LinkSupply<unknown>) {
    this.#name = options.name;
    this.#supply = supply;
  }

  /** The limits in force. */
  get links(): ExclusivePoolOptions['links'] {
    return this.#supply.limits;
  }

  /**
   * Changes the limits of all endpoints. Links above a lower maximum are closed as they are returned.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` that lists every problem; nothing is changed then
   */
  resize(sizing: ExclusiveSizing): void {
    const problems: string[] = [];
    const wanted = resolveOptions(linksOptionTable, { ...this.links, ...sizing }, problems);
    if (problems.length === 0) checkLinks(wanted, problems);
    if (problems.length > 0)
      throw invalidOptionsError(`the exclusive pool ${this.#name}`, problems);
    this.#supply.resize(wanted);
  }

  /**
   * `drain`: no leases, and no links once theirs are returned. `eject`: leases only where no other endpoint
   * can give any. `readmit`: undoes both. `weight`: another share of the leases.
   *
   * @param address as the snapshot shows it
   * @throws SocketPoolError `NO_ENDPOINT` for an address that the pool does not know, `INVALID_OPTIONS` for a
   *   weight that is not a number from 0 to 65 535
   */
  apply(address: string, action: EndpointAction, weight?: number): void {
    const links = this.#supply.active.find((each) => each.endpoint.address === address);
    if (links === undefined) {
      const text = `${this.#name} has no endpoint ${printValue(address)}`;
      throw new SocketPoolError('NO_ENDPOINT', text);
    }
    if (action === 'weight') links.override({ weight: this.#checkWeight(weight) });
    else if (action === 'drain') links.override({ isDrained: true });
    else if (action === 'eject') links.override({ isEjected: true });
    else links.override({ isDrained: false, isEjected: false });
    this.#supply.onChange();
  }

  #checkWeight(weight: number | undefined): number {
    if (typeof weight === 'number' && weight >= 0 && weight <= MAX_WEIGHT) return weight;
    const problem = `weight: ${printValue(weight)} is not a number from 0 to ${MAX_WEIGHT}`;
    throw invalidOptionsError(`the exclusive pool ${this.#name}`, [problem]);
  }
}
