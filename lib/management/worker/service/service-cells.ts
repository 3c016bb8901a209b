import type { Availability, ServicePhase } from '../../management.contract.js';
import { SharedCell } from '../../management.contract.js';

const MICROS_PER_MS = 1_000;

/** The numbers that the service wrote last, readable while it is stuck. */
export interface ServiceNumbers {
  readonly serverInFlight: number;
  readonly serverConnections: number;
  readonly poolInFlight: number;
}

/** The shared memory, as management reads and writes it: without the service's loop. */
export class ServiceCells {
  readonly cells: BigInt64Array;

  constructor(shared: SharedArrayBuffer) {
    this.cells = new BigInt64Array(shared);
  }

  get phase(): ServicePhase {
    return this.read(SharedCell.Phase) as ServicePhase;
  }

  /** What management, or the service itself, wants the service to be. */
  get wanted(): Availability {
    return this.read(SharedCell.WantedAvailability) as Availability;
  }

  get wishSequence(): number {
    return this.read(SharedCell.WishSequence);
  }

  /** Whether the service's loop has taken up the last wish. */
  get isWishApplied(): boolean {
    return this.read(SharedCell.AppliedWish) >= this.wishSequence;
  }

  get numbers(): ServiceNumbers {
    return {
      serverInFlight: this.read(SharedCell.ServerInFlight),
      serverConnections: this.read(SharedCell.ServerConnections),
      poolInFlight: this.read(SharedCell.PoolInFlight),
    };
  }

  /** Of `process.hrtime`; 0 when no drain is to be enforced. */
  get drainDeadlineAt(): bigint {
    return Atomics.load(this.cells, SharedCell.DrainDeadlineAt);
  }

  set drainDeadlineAt(time: bigint) {
    Atomics.store(this.cells, SharedCell.DrainDeadlineAt, time);
  }

  wish(availability: Availability): void {
    Atomics.store(this.cells, SharedCell.WantedAvailability, BigInt(availability));
    Atomics.add(this.cells, SharedCell.WishSequence, 1n);
  }

  /** The greatest lag of the service's loop since this was last asked, in ms. */
  takeMaxLagMs(): number {
    return Number(Atomics.exchange(this.cells, SharedCell.MaxLagMicros, 0n)) / MICROS_PER_MS;
  }

  private read(cell: number): number {
    return Number(Atomics.load(this.cells, cell));
  }
}
