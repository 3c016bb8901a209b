import type { WorkerClock } from '../worker-clock.js';
import type { MainThreadSession } from './main-thread-session.js';

/** The JavaScript heap of the service's thread. */
export interface HeapUsage {
  readonly usedBytes: number;
  readonly totalBytes: number;
  /** Of array buffers and the like outside of the heap; `undefined` before Node 24. */
  readonly backingStorageBytes: number | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly takenAt: number;
}

/** The answer of the inspector's `Runtime.getHeapUsage`. */
interface InspectorHeapUsage {
  readonly usedSize: number;
  readonly totalSize: number;
  readonly backingStorageSize?: number;
}

/** The service's thread must be asked, and answers at once unless it is in native code. */
const DEFAULT_LIMIT_MS = 900;

/** Fails with `DiagnosticsError`: `timeout` or `unavailable`. */
export async function readHeapUsage(
  openSession: () => Promise<MainThreadSession>,
  clock: WorkerClock,
  limitMs = DEFAULT_LIMIT_MS,
): Promise<HeapUsage> {
  const session = await openSession();
  try {
    const usage = await session.request<InspectorHeapUsage>('Runtime.getHeapUsage', limitMs);
    return {
      usedBytes: usage.usedSize,
      totalBytes: usage.totalSize,
      backingStorageBytes: usage.backingStorageSize,
      takenAt: clock.wallNow(),
    };
  } finally {
    session.close();
  }
}
