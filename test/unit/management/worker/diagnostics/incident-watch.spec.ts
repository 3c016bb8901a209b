import { describe, expect, it } from 'vitest';
import { SHARED_CELLS, SharedCell } from '../../../../../lib/management/management.contract.js';
import { BeatObserver } from '../../../../../lib/management/worker/diagnostics/beat-observer.js';
import type { CapturedStack } from '../../../../../lib/management/worker/diagnostics/captured-stack.js';
import {
  IncidentWatch,
  type IncidentWatchParts,
} from '../../../../../lib/management/worker/diagnostics/incident-watch.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const STACK: CapturedStack = {
  kind: 'javascript',
  frames: [{ functionName: 'spin', url: 'file:///a.js', line: 1, column: 2 }],
  omittedFrames: 0,
  isHeldByDebugger: false,
  takenAt: 0,
  tookMs: 30,
  thread: undefined,
};
const THREAD = {
  state: 'sleeping',
  systemCall: 'openat',
  waitsIn: undefined,
  descriptor: undefined,
  voluntarySwitches: undefined,
  involuntarySwitches: undefined,
};

function watched(parts: Partial<IncidentWatchParts> = {}) {
  const clock = new ManualClock();
  const cells = new BigInt64Array(new SharedArrayBuffer(SHARED_CELLS * 8));
  const sharedTime = () => BigInt(Math.round(clock.now() * 1e6));
  const lines: string[] = [];
  let captures = 0;
  const watch = new IncidentWatch({
    clock,
    beats: new BeatObserver(cells, sharedTime),
    capture: () => {
      captures++;
      return Promise.resolve(STACK);
    },
    readThread: () => THREAD,
    log: { warn: (text) => lines.push(text) },
    ...parts,
  });
  const beat = () => Atomics.store(cells, SharedCell.BeatAt, sharedTime());
  const beatFor = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) {
      beat();
      await clock.advanceAsync(20);
    }
  };
  watch.start();
  return { clock, watch, lines, beat, beatFor, captures: () => captures };
}

describe('the watch for incidents', () => {
  it('keeps quiet while the loop beats, and before it does', async () => {
    const { clock, watch, lines, beatFor } = watched();
    await clock.advanceAsync(5_000);
    await beatFor(5_000);
    expect(watch.list()).toEqual([]);
    expect(watch.current).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('captures the stack once when the threshold is passed, and logs it', async () => {
    const { clock, watch, lines, beatFor, captures } = watched();
    await beatFor(100);
    const lastBeat = clock.wallNow() - 20;
    await clock.advanceAsync(980);
    expect(captures()).toBe(0);
    await clock.advanceAsync(60);
    expect(captures()).toBe(1);
    await clock.advanceAsync(5_000);
    expect(captures()).toBe(1);
    const incident = watch.current;
    expect(incident).toMatchObject({ id: 1, isOver: false, stack: STACK, thread: THREAD });
    expect(incident?.where).toBe('spin (file:///a.js:1:2)');
    expect(incident?.startedAt).toBeCloseTo(lastBeat, 3);
    expect(incident?.durationMs).toBeGreaterThan(6_000 - 50);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^incident 1: the service's event loop has been stuck for 10\d\d ms, in spin .*\n {4}at spin /,
    );
  });

  it('ends an incident with the next beat', async () => {
    const { clock, watch, lines, beatFor } = watched();
    await beatFor(100);
    await clock.advanceAsync(1_980);
    await beatFor(100);
    expect(watch.current).toBeUndefined();
    expect(watch.list()).toHaveLength(1);
    const [{ durationMs, isOver }] = watch.list();
    expect(isOver).toBe(true);
    expect(durationMs).toBeGreaterThanOrEqual(2_000);
    expect(durationMs).toBeLessThan(2_050);
    expect(lines[1]).toContain('goes on after 20');
  });

  it('is asked right after that beat, and does not say that it lasts', async () => {
    const { clock, watch, beat, beatFor } = watched();
    await beatFor(100);
    await clock.advanceAsync(2_000);
    expect(watch.list()).toMatchObject([{ isOver: false }]);
    beat();
    expect(watch.list()).toMatchObject([{ isOver: true }]);
    expect(watch.current).toBeUndefined();
  });

  it('keeps the last incidents, the newest first', async () => {
    const { clock, watch, beatFor } = watched({ maxIncidents: 2, thresholdMs: 200 });
    for (let i = 0; i < 4; i++) {
      await beatFor(100);
      await clock.advanceAsync(400);
    }
    expect(watch.list().map(({ id }) => id)).toEqual([4, 3]);
  });

  it('does not blame what was found after the loop went on', async () => {
    let finish: (stack: CapturedStack) => void = () => {};
    const capture = () => new Promise<CapturedStack>((resolve) => (finish = resolve));
    const { clock, watch, lines, beatFor } = watched({ capture });
    await beatFor(100);
    await clock.advanceAsync(1_200);
    expect(watch.current?.where).toBe('a thread that was sleeping in openat');
    await beatFor(100);
    finish(STACK);
    await clock.settle();
    expect(watch.list()[0]).toMatchObject({ isOver: true, stack: undefined, thread: THREAD });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('a thread that was sleeping in openat');
  });

  it('knows no place without a stack and without a kernel to ask', async () => {
    const never = () => new Promise<CapturedStack>(() => {});
    const parts = { capture: never, readThread: () => undefined };
    const { clock, watch, beatFor } = watched(parts);
    await beatFor(100);
    await clock.advanceAsync(1_200);
    expect(watch.current?.where).toBe('an unknown place');
  });

  it('does not take a process that was suspended for one that is stuck', async () => {
    const { clock, watch, beatFor } = watched();
    await beatFor(100);
    clock.block(60_000);
    await clock.advanceAsync(60);
    await beatFor(500);
    expect(watch.list()).toEqual([]);
  });

  it('leaves no timer when it is stopped', () => {
    const { clock, watch } = watched();
    watch.start();
    expect(clock.timerCount).toBe(1);
    watch.stop();
    watch.stop();
    expect(clock.timerCount).toBe(0);
  });
});
