import type { ServiceCells } from './service-cells.js';
import type { ServiceLoop } from './service-loop.js';

/** The greatest lag since this reader last asked. */
export interface LagReader {
  takeMaxMs(): number;
}

/**
 * The greatest lag of the service's loop, for several who ask at their own intervals: the cell in shared
 * memory can be emptied once only.
 */
export class LagLedger {
  private readonly maxima = new Map<LagReader, number>();

  constructor(
    private readonly cells: ServiceCells,
    private readonly loop: ServiceLoop,
  ) {}

  /** Of those there are few, and for ever. */
  reader(): LagReader {
    const reader: LagReader = { takeMaxMs: () => this.take(reader) };
    this.maxima.set(reader, 0);
    return reader;
  }

  private take(reader: LagReader): number {
    const fresh = this.cells.takeMaxLagMs();
    for (const [each, maxMs] of this.maxima) this.maxima.set(each, Math.max(maxMs, fresh));
    const maxMs = this.maxima.get(reader) ?? 0;
    this.maxima.set(reader, 0);
    // A stall that lasts has not been written down by the service yet.
    return this.loop.isStill ? Math.max(maxMs, this.loop.silentMs) : maxMs;
  }
}
