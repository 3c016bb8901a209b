import type { Profiler } from 'node:inspector';
import type { WorkerClock } from '../worker-clock.js';
import { cleanUrl } from './call-frame.js';
import { DiagnosticsError } from './diagnostics-error.js';
import type { MainThreadSession } from './main-thread-session.js';

export const MIN_PROFILE_SECONDS = 1;
export const MAX_PROFILE_SECONDS = 60;

/** For the commands that begin it; the service's thread may be in native code. */
const START_LIMIT_MS = 900;
/** For the end, when the service's thread writes the profile, as soon as it is back from native code. */
const STOP_LIMIT_MS = 10_000;
const MIN_INTERVAL_MICROS = 1_000;
/** Bounds the profile, and with it how long the service's thread takes to write it. */
const MAX_SAMPLES = 10_000;

/** What a `.cpuprofile` file holds: DevTools, speedscope and editors open it. */
export type CpuProfile = Profiler.Profile;

/**
 * Records where the service's thread spends its time, stuck or not. It holds names and places of code
 * only. V8 does not know the optimised code of a loop that began before the profile, and counts it as
 * its caller's: what an endless loop is, the stack tells.
 */
export class CpuProfiler {
  private isRunning = false;

  constructor(
    private readonly openSession: () => Promise<MainThreadSession>,
    private readonly clock: WorkerClock,
  ) {}

  /**
   * Profiles for so many seconds, 1 to 60, a sample every millisecond, fewer above ten seconds. Fails with
   * `DiagnosticsError`: `invalid`, `busy` while another runs, `timeout` or `unavailable`.
   */
  async record(seconds: number): Promise<CpuProfile> {
    if (!(seconds >= MIN_PROFILE_SECONDS && seconds <= MAX_PROFILE_SECONDS)) {
      const range = `${MIN_PROFILE_SECONDS} to ${MAX_PROFILE_SECONDS}`;
      throw new DiagnosticsError('invalid', `seconds: ${seconds} is not within ${range}`);
    }
    if (this.isRunning)
      throw new DiagnosticsError('busy', 'another profile is being recorded; one at a time');
    this.isRunning = true;
    try {
      return await this.recordAlone(seconds);
    } finally {
      this.isRunning = false;
    }
  }

  private async recordAlone(seconds: number): Promise<CpuProfile> {
    const session = await this.openSession();
    try {
      const interval = Math.max(MIN_INTERVAL_MICROS, Math.ceil((seconds * 1e6) / MAX_SAMPLES));
      await session.request('Profiler.enable', START_LIMIT_MS);
      await session.request('Profiler.setSamplingInterval', START_LIMIT_MS, { interval });
      await session.request('Profiler.start', START_LIMIT_MS);
      await this.wait(seconds * 1_000);
      const answer = await session.request<{ profile: CpuProfile }>('Profiler.stop', STOP_LIMIT_MS);
      return withCleanUrls(answer.profile);
    } finally {
      session.close();
    }
  }

  private wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.clock.schedule(delayMs, resolve, true));
  }
}

function withCleanUrls(profile: CpuProfile): CpuProfile {
  const nodes = profile.nodes.map((node) => {
    const callFrame = { ...node.callFrame, url: cleanUrl(node.callFrame.url) };
    return { ...node, callFrame };
  });
  return { ...profile, nodes };
}
