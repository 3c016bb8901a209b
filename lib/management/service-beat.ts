import type { Clock, SharedTime, Timer } from '../common/clock.js';
import type { Availability, ServicePhase } from './management.contract.js';
import { BEAT_INTERVAL_MS, SHARED_CELLS, SharedCell } from './management.contract.js';

/** The numbers that the service writes for the management thread to read, whatever becomes of its loop. */
export interface BeatNumbers {
  readonly serverInFlight: number;
  readonly serverConnections: number;
  readonly poolInFlight: number;
}

/**
 * The service's end of the shared memory: a heartbeat of its loop, a few numbers, and the wishes of the
 * management side, which are picked up with the next beat however long that takes.
 */
export class ServiceBeat {
  readonly shared = new SharedArrayBuffer(SHARED_CELLS * BigInt64Array.BYTES_PER_ELEMENT);
  private readonly cells = new BigInt64Array(this.shared);
  private timer: Timer | undefined;
  private lastBeatAt = 0n;

  /** @param onWish called with every beat that finds a wish of the management side that was not applied yet */
  constructor(
    private readonly clock: Clock,
    private readonly time: SharedTime,
    private readonly onWish: (wish: Availability, sequence: number) => void,
  ) {}

  start(): void {
    if (this.timer === undefined) this.beat();
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  get phase(): ServicePhase {
    return Number(Atomics.load(this.cells, SharedCell.Phase)) as ServicePhase;
  }

  /** There is no way back: a phase that is passed already is not entered again. */
  enter(phase: ServicePhase): void {
    if (phase > this.phase) Atomics.store(this.cells, SharedCell.Phase, BigInt(phase));
  }

  /** The wish with that number has taken effect. */
  applied(sequence: number): void {
    Atomics.store(this.cells, SharedCell.AppliedWish, BigInt(sequence));
  }

  /** A wish of this side, as from code: management sees it as its own. */
  wish(availability: Availability): number {
    Atomics.store(this.cells, SharedCell.WantedAvailability, BigInt(availability));
    return Number(Atomics.add(this.cells, SharedCell.WishSequence, 1n)) + 1;
  }

  /** Writes the numbers that shall be known while the loop stands still. */
  report({ serverInFlight, serverConnections, poolInFlight }: BeatNumbers): void {
    Atomics.store(this.cells, SharedCell.ServerInFlight, BigInt(serverInFlight));
    Atomics.store(this.cells, SharedCell.ServerConnections, BigInt(serverConnections));
    Atomics.store(this.cells, SharedCell.PoolInFlight, BigInt(poolInFlight));
  }

  private beat(): void {
    const now = this.time();
    this.noteLag(now);
    this.lastBeatAt = now;
    Atomics.store(this.cells, SharedCell.BeatAt, now);
    this.readWish();
    this.timer = this.clock.schedule(BEAT_INTERVAL_MS, () => this.beat());
  }

  private noteLag(now: bigint): void {
    if (this.lastBeatAt === 0n) return;
    const lagMicros = (now - this.lastBeatAt) / 1_000n - BigInt(BEAT_INTERVAL_MS * 1_000);
    if (lagMicros > Atomics.load(this.cells, SharedCell.MaxLagMicros)) {
      Atomics.store(this.cells, SharedCell.MaxLagMicros, lagMicros);
    }
  }

  private readWish(): void {
    const sequence = Number(Atomics.load(this.cells, SharedCell.WishSequence));
    if (sequence === Number(Atomics.load(this.cells, SharedCell.AppliedWish))) return;
    const wish = Number(Atomics.load(this.cells, SharedCell.WantedAvailability)) as Availability;
    this.onWish(wish, sequence);
  }
}
