import type { ServicePicture } from '../../management.contract.js';
import { Availability } from '../../management.contract.js';
import { describeStack, formatFrames, type CapturedStack } from '../diagnostics/captured-stack.js';
import type { ServiceCells } from '../service/service-cells.js';
import type { ServiceLoop } from '../service/service-loop.js';
import type { ServiceView } from '../service/service-view.js';
import type { SharedTime, WorkerClock } from '../worker-clock.js';

const NANOS_PER_MS = 1_000_000;

export interface DrainWatchParts {
  readonly cells: ServiceCells;
  readonly view: ServiceView;
  readonly loop: ServiceLoop;
  readonly clock: WorkerClock;
  readonly sharedTime: SharedTime;
  readonly drain: { readonly limitMs: number; readonly exitCode: number };
  /** Never rejects. */
  readonly capture: () => Promise<CapturedStack>;
  readonly endProcess: (exitCode: number) => Promise<void>;
  readonly log: { warn(text: string): void };
}

/**
 * Sees to it that a drain ends. SIGTERM does not reach a stuck loop, as its handler runs there; so a
 * drain that was asked for through the management port has a limit which this thread enforces: the
 * stack is captured, and the process is ended with an exit code of its own.
 *
 *   watching ──limit──▶ drained, and the loop turns: left alone
 *                  └──▶ otherwise: the process ends
 */
export class DrainWatch {
  private timer: { cancel(): void } | undefined;

  constructor(private readonly parts: DrainWatchParts) {}

  /** How much of the limit is left, in ms; `undefined` when no drain is watched. */
  get remainingMs(): number | undefined {
    const { cells, sharedTime } = this.parts;
    const deadline = cells.drainDeadlineAt;
    if (deadline === 0n || cells.wanted !== Availability.Draining) return undefined;
    return Math.max(Number(deadline - sharedTime()) / NANOS_PER_MS, 0);
  }

  /** All servers are without connections, by a picture of the time after the service began to drain. */
  get isDrained(): boolean {
    const { remainingMs } = this;
    const { view, cells, drain } = this.parts;
    const { picture, ageMs } = view;
    if (remainingMs === undefined || picture === undefined || ageMs === undefined) return false;
    const isOfTheDrain = ageMs < drain.limitMs - remainingMs;
    return cells.isWishApplied && isOfTheDrain && isEmpty(picture);
  }

  /** The limit counts from the first time. */
  start(): void {
    const { cells, drain, sharedTime } = this.parts;
    if (cells.drainDeadlineAt === 0n)
      cells.drainDeadlineAt = sharedTime() + BigInt(Math.round(drain.limitMs * NANOS_PER_MS));
    this.resume();
  }

  /** Goes on with a drain that an earlier management thread, which died, had begun to watch. */
  resume(): void {
    const { remainingMs } = this;
    if (remainingMs === undefined || this.timer !== undefined) return;
    this.timer = this.parts.clock.schedule(remainingMs, () => void this.enforce(), true);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private async enforce(): Promise<void> {
    const { loop, drain, capture, endProcess, log } = this.parts;
    if (this.isDrained && !loop.isStill) return;
    const stack = await capture();
    // Closed meanwhile: the service got there by itself.
    if (this.timer === undefined) return;
    const frames = formatFrames(stack);
    log.warn(
      `the drain did not end within ${drain.limitMs} ms: the process is ended with exit code ${drain.exitCode}; ` +
        `the service's event loop has not turned for ${Math.round(loop.silentMs)} ms, in ${describeStack(stack)}` +
        (frames === '' ? '' : `\n${frames}`),
    );
    await endProcess(drain.exitCode);
  }
}

function isEmpty({ servers }: ServicePicture): boolean {
  return servers.every(({ state, connections, inFlight }) => {
    return state !== 'listening' && connections.length === 0 && inFlight === 0;
  });
}
