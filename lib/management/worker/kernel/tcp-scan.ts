import type { WorkerClock } from '../worker-clock.js';
import type { KernelFile, KernelFiles } from './kernel-files.js';
import { TcpTable, type PortsOfInterest, type TcpSockets } from './tcp-table.js';

/** Every line costs the kernel a walk over its table: tens of milliseconds at some thousand sockets. */
const MAX_AGE_MS = 10_000;
/** How long the thread may be held up at a time, so that probes are answered in between. */
const SLICE_MS = 4;
/** As long as a slice: half of the thread's time at most. */
const PAUSE_MS = 4;
/** A table that takes longer to read is given up. */
const MAX_SCAN_MS = 5_000;

const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

export interface TcpScanResult extends TcpSockets {
  /** Milliseconds since the Unix epoch. */
  readonly takenAt: number;
}

/** Which ports are ours; asked at the start of every scan. */
export type PortSource = () => PortsOfInterest;

/**
 * Reads the tables of TCP sockets in slices, at most once in ten seconds, however many ask. A socket
 * that moves in the kernel's table between two slices may be counted twice or not at all.
 */
export class TcpScan {
  private last: TcpScanResult | undefined;
  private startedAt = Number.NEGATIVE_INFINITY;
  private running: Promise<TcpScanResult | undefined> | undefined;

  constructor(
    private readonly files: KernelFiles,
    private readonly clock: WorkerClock,
    private readonly ports: PortSource,
  ) {}

  /** What the last scan found, without waiting; `undefined` before the first. */
  get latest(): TcpScanResult | undefined {
    return this.last;
  }

  /** `undefined` where there are no tables, or when they were too long to be read to the end. Never rejects. */
  read(): Promise<TcpScanResult | undefined> {
    if (this.running !== undefined) return this.running;
    const now = this.clock.now();
    if (now - this.startedAt < MAX_AGE_MS) return Promise.resolve(this.last);
    this.startedAt = now;
    this.running = this.scan().finally(() => (this.running = undefined));
    return this.running;
  }

  private async scan(): Promise<TcpScanResult | undefined> {
    const table = new TcpTable(this.ports());
    const found = [];
    for (const path of TABLES) found.push(await this.scanFile(path, table));
    const isComplete = found.includes('read') && !found.includes('unfinished');
    this.last = isComplete ? { ...table.snapshot(), takenAt: this.clock.wallNow() } : undefined;
    return this.last;
  }

  private async scanFile(path: string, table: TcpTable): Promise<'read' | 'absent' | 'unfinished'> {
    const file = this.files.open(path);
    if (file === undefined) return 'absent';
    try {
      while (this.clock.now() - this.startedAt < MAX_SCAN_MS) {
        const slice = this.readSlice(file, table);
        if (slice === 'failed') return 'unfinished';
        if (slice === 'end') return 'read';
        await this.pause();
      }
      return 'unfinished';
    } finally {
      file.close();
    }
  }

  private readSlice(file: KernelFile, table: TcpTable): 'more' | 'end' | 'failed' {
    const until = this.clock.now() + SLICE_MS;
    do {
      const text = file.read();
      if (text === undefined) return 'failed';
      if (text === '') {
        table.end();
        return 'end';
      }
      table.push(text);
    } while (this.clock.now() < until);
    return 'more';
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => void this.clock.schedule(PAUSE_MS, resolve, true));
  }
}
