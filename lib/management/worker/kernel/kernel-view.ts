import type { WorkerClock } from '../worker-clock.js';
import { readDescriptorUsage, type DescriptorUsage } from './descriptor-usage.js';
import type { KernelFiles } from './kernel-files.js';
import { readNetworkCounters, type NetworkCounters } from './network-counters.js';
import { ProcessUsageReader, type ProcessUsage } from './process-usage.js';
import { readSocketUsage, type SocketUsage } from './socket-usage.js';

/** All of the kernel's view but the table of sockets, which is dear: see `TcpScan`. */
export interface KernelSnapshot {
  readonly usage: ProcessUsage;
  readonly descriptors: DescriptorUsage;
  readonly network: NetworkCounters;
  readonly sockets: SocketUsage;
  /** Milliseconds since the Unix epoch. */
  readonly takenAt: number;
}

/** However many ask, the files are read at most this often. */
const MAX_AGE_MS = 500;

/** Reads what the kernel knows of the process; fractions of a millisecond, all synchronous. */
export class KernelView {
  private readonly usage: ProcessUsageReader;
  private last: KernelSnapshot | undefined;
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly files: KernelFiles,
    private readonly clock: WorkerClock,
    processId: number,
  ) {
    this.usage = new ProcessUsageReader(files, processId);
  }

  /** `undefined` on systems without `/proc`. */
  read(): KernelSnapshot | undefined {
    const now = this.clock.now();
    if (now - this.readAt >= MAX_AGE_MS) {
      this.readAt = now;
      this.last = this.take();
    }
    return this.last;
  }

  private take(): KernelSnapshot | undefined {
    const usage = this.usage.read();
    if (usage === undefined) return undefined;
    return {
      usage,
      descriptors: readDescriptorUsage(this.files),
      network: readNetworkCounters(this.files),
      sockets: readSocketUsage(this.files),
      takenAt: this.clock.wallNow(),
    };
  }
}
