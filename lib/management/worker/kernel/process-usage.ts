import { parseKernelUnits, type KernelUnits } from './auxiliary-vector.js';
import type { KernelFiles } from './kernel-files.js';
import { parseThreadStat, type ThreadStat } from './thread-stat.js';

/** What the process uses, from the kernel: it is readable while the service's loop stands still. */
export interface ProcessUsage {
  /** Processor time of all threads, to a hundredth of a second on most machines. */
  readonly cpuUserMicros: number;
  readonly cpuSystemMicros: number;
  /** Of that, what the service's main thread took. */
  readonly mainThreadCpuUserMicros: number | undefined;
  readonly mainThreadCpuSystemMicros: number | undefined;
  readonly rssBytes: number | undefined;
  readonly virtualBytes: number;
  readonly threads: number;
}

/** Reads the usage of this process; the units are read once. */
export class ProcessUsageReader {
  private units: KernelUnits | undefined;

  constructor(
    private readonly files: KernelFiles,
    private readonly processId: number,
  ) {}

  read(): ProcessUsage | undefined {
    const all = this.stat('/proc/self/stat');
    if (all === undefined) return undefined;
    const main = this.stat(`/proc/self/task/${this.processId}/stat`);
    const pages = parseResidentPages(this.files.text('/proc/self/statm') ?? '');
    const units = this.readUnits();
    return {
      cpuUserMicros: microsOf(all.userTicks, units),
      cpuSystemMicros: microsOf(all.systemTicks, units),
      mainThreadCpuUserMicros: main && microsOf(main.userTicks, units),
      mainThreadCpuSystemMicros: main && microsOf(main.systemTicks, units),
      rssBytes: pages === undefined ? undefined : pages * units.pageBytes,
      virtualBytes: all.virtualBytes,
      threads: all.threads,
    };
  }

  private stat(path: string): ThreadStat | undefined {
    return parseThreadStat(this.files.text(path) ?? '');
  }

  private readUnits(): KernelUnits {
    return (this.units ??= parseKernelUnits(this.files.bytes('/proc/self/auxv')));
  }
}

/** `765 436 407 5 0 123 0`: the second is the resident set, in pages. */
export function parseResidentPages(statm: string): number | undefined {
  const match = /^\d+ (\d+) /.exec(statm);
  return match === null ? undefined : Number(match[1]);
}

function microsOf(ticks: number, units: KernelUnits): number {
  return Math.round((ticks * 1_000_000) / units.ticksPerSecond);
}
