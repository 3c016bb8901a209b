import type { WorkerClock } from '../worker-clock.js';
import { DiagnosticsError } from '../diagnostics/diagnostics-error.js';
import { readHeapUsage, type HeapUsage } from '../diagnostics/heap-usage.js';
import type { MainThreadSession } from '../diagnostics/main-thread-session.js';
import type { ServiceLoop } from '../service/service-loop.js';
import type { ServiceView } from '../service/service-view.js';

/** How long a thread that runs JavaScript may take to tell, turning or not: an answer is due within 100 ms. */
const STILL_LIMIT_MS = 70;

/** The heap, and whether it could be asked for or is that of the last picture. */
export interface HeapReport extends Pick<HeapUsage, 'usedBytes' | 'totalBytes' | 'takenAt'> {
  readonly source: 'heap' | 'picture';
}

export interface HeapReaderParts {
  readonly clock: WorkerClock;
  readonly openSession: () => Promise<MainThreadSession>;
  readonly loop: ServiceLoop;
  readonly view: ServiceView;
}

/** The heap of the service's thread: asked for by interrupt, which works in an endless loop but not in native code. */
export class HeapReader {
  constructor(private readonly parts: HeapReaderParts) {}

  /** Fails with `DiagnosticsError`, `timeout` or `unavailable`, when there is no picture either. */
  async read(): Promise<HeapReport> {
    const { clock, openSession, loop } = this.parts;
    const limitMs = loop.isStill ? STILL_LIMIT_MS : undefined;
    try {
      return { source: 'heap', ...(await readHeapUsage(openSession, clock, limitMs)) };
    } catch (error) {
      const last = this.fromPicture();
      if (error instanceof DiagnosticsError && last !== undefined) return last;
      throw error;
    }
  }

  private fromPicture(): HeapReport | undefined {
    const { picture } = this.parts.view;
    if (picture === undefined) return undefined;
    const { heapUsedBytes: usedBytes, heapTotalBytes: totalBytes } = picture.process;
    return { source: 'picture', usedBytes, totalBytes, takenAt: picture.takenAt };
  }
}
