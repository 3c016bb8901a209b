import { describe, expect, it } from 'vitest';
import { Availability } from '../../../../../lib/management/management.contract.js';
import type { CapturedStack } from '../../../../../lib/management/worker/diagnostics/captured-stack.js';
import { DrainWatch } from '../../../../../lib/management/worker/lifecycle/drain-watch.js';
import { acceptorSnapshot, connectionSnapshot } from '../../../../support/snapshots.js';
import { WatchedService } from '../../../../support/watched-service.js';

const STACK: CapturedStack = {
  kind: 'javascript',
  frames: [{ functionName: 'spin', url: 'file:///a.js', line: 1, column: 2 }],
  ...{ omittedFrames: 0, isHeldByDebugger: false, takenAt: 0, tookMs: 30, thread: undefined },
};
const IDLE: CapturedStack = { kind: 'idle', takenAt: 0, tookMs: 0, thread: undefined };

function watched(service = new WatchedService(), stack: CapturedStack = STACK) {
  const { cells, view, loop, clock, sharedTime } = service;
  const ends: number[] = [];
  const lines: string[] = [];
  const watch = new DrainWatch({
    ...{ cells, view, loop, clock, sharedTime },
    drain: { limitMs: 5_000, exitCode: 75 },
    capture: () => Promise.resolve(stack),
    endProcess: (exitCode) => Promise.resolve(void ends.push(exitCode)),
    log: { warn: (text) => lines.push(text) },
  });
  const begin = () => {
    cells.wish(Availability.Draining);
    watch.start();
  };
  const apply = async () => {
    service.applyWish();
    await service.turn(20);
  };
  const show = (changes: Parameters<typeof acceptorSnapshot>[0]) =>
    service.show({
      servers: [{ ...acceptorSnapshot(changes), name: 'server 0', patterns: [] }],
    });
  const empty = { state: 'closed', connections: [], inFlight: 0 } as const;
  return { service, watch, begin, apply, ends, lines, show, empty };
}

describe('the watch over a drain', () => {
  it('ends a process that is stuck, at the limit, with the stack in the log', async () => {
    const { service, begin, ends, lines } = watched();
    begin();
    await service.pass(4_980);
    expect(ends).toEqual([]);
    await service.pass(40);
    expect(ends).toEqual([75]);
    expect(lines).toEqual([
      "the drain did not end within 5000 ms: the process is ended with exit code 75; the service's event loop has not turned for 5000 ms, in spin (file:///a.js:1:2)\n    at spin (file:///a.js:1:2)",
    ]);
  });

  it('ends a process whose drain hangs while its loop turns', async () => {
    const { service, begin, ends, lines, show } = watched(new WatchedService(), IDLE);
    begin();
    show({ state: 'draining', connections: [connectionSnapshot()], inFlight: 1 });
    await service.turn(5_020);
    expect(ends).toEqual([75]);
    expect(lines[0]).toContain('idle, waiting for events');
  });

  it('leaves a process alone that has drained', async () => {
    const { service, watch, begin, apply, ends, show, empty } = watched();
    begin();
    expect(watch.isDrained).toBe(false);
    await apply();
    show(empty);
    expect(watch.isDrained).toBe(true);
    await service.turn(6_000);
    expect(ends).toEqual([]);
  });

  it('ends a process that has drained and is stuck in its shutdown', async () => {
    const { service, watch, begin, apply, ends, show, empty } = watched();
    begin();
    await apply();
    show(empty);
    expect(watch.isDrained).toBe(true);
    await service.pass(5_020);
    expect(ends).toEqual([75]);
  });

  it('does not believe a picture from before the drain', async () => {
    const { service, watch, begin, apply, ends, show, empty } = watched();
    show(empty);
    begin();
    await apply();
    expect(watch.isDrained).toBe(false);
    await service.turn(5_020);
    expect(ends).toEqual([75]);
  });

  it('counts from the first time, and goes on in another thread', async () => {
    const first = watched();
    const { service } = first;
    first.begin();
    await service.pass(2_000);
    first.begin();
    first.watch.stop();
    const second = watched(service);
    second.watch.resume();
    expect(second.watch.remainingMs).toBe(3_000);
    await service.pass(3_020);
    expect([first.ends, second.ends]).toEqual([[], [75]]);
  });

  it('has nothing to go on with where no drain was asked for', () => {
    const { service, watch } = watched();
    watch.resume();
    expect([watch.remainingMs, service.clock.timerCount]).toEqual([undefined, 0]);
  });

  it('ends nothing when it is stopped, even at the last moment', async () => {
    const { service, watch, begin, ends } = watched();
    begin();
    await service.pass(4_980);
    service.clock.advance(20);
    watch.stop();
    await service.pass(100);
    expect(ends).toEqual([]);
  });
});
