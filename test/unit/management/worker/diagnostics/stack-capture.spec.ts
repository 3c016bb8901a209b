import { describe, expect, it } from 'vitest';
import { MainThreadSession } from '../../../../../lib/management/worker/diagnostics/main-thread-session.js';
import {
  StackCapture,
  type StackCaptureParts,
} from '../../../../../lib/management/worker/diagnostics/stack-capture.js';
import type { ThreadState } from '../../../../../lib/management/worker/kernel/thread-state.js';
import { answer, FakeInspector } from '../../../../support/fake-inspector.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const frame = (functionName: string) => ({
  functionName,
  url: '',
  location: { scriptId: '9', lineNumber: 1, columnNumber: 1 },
});
const PAUSE = { reason: 'other', callFrames: [frame('spin'), frame('handle')] };

const thread = (systemCall: string | undefined): ThreadState => ({
  state: 'sleeping',
  systemCall,
  waitsIn: undefined,
  descriptor: undefined,
  voluntarySwitches: 1,
  involuntarySwitches: 1,
});

/** An inspector whose service runs JavaScript. */
function running(pause: unknown = PAUSE): FakeInspector {
  const inspector = new FakeInspector({
    'Debugger.enable': (callback) => {
      inspector.emit('Debugger.scriptParsed', { scriptId: '9', url: 'file:///app/a.js' });
      inspector.emit('Debugger.scriptParsed', { scriptId: '10', url: '' });
      callback(null, {});
    },
    'Debugger.pause': (callback) => {
      callback(null, {});
      inspector.emit('Debugger.paused', pause);
    },
  });
  return inspector;
}

function captureWith(inspector: FakeInspector, parts: Partial<StackCaptureParts> = {}) {
  const clock = new ManualClock();
  const capture = new StackCapture({
    clock,
    openSession: () => MainThreadSession.open(clock, () => Promise.resolve(inspector)),
    readThread: () => thread(undefined),
    isBeating: () => true,
    ...parts,
  });
  return { clock, capture };
}

describe('a captured stack', () => {
  it('names functions and places, and lets the service go on', async () => {
    const inspector = running();
    const { clock, capture } = captureWith(inspector);
    const place = { url: 'file:///app/a.js', line: 2, column: 2 };
    expect(await capture.capture()).toEqual({
      kind: 'javascript',
      frames: [
        { functionName: 'spin', ...place },
        { functionName: 'handle', ...place },
      ],
      omittedFrames: 0,
      isHeldByDebugger: false,
      takenAt: clock.wallNow(),
      tookMs: 0,
      thread: thread(undefined),
    });
    expect(inspector.posted).toEqual(['Debugger.enable', 'Debugger.pause', 'Debugger.resume']);
    expect(inspector.disconnections).toBe(1);
    expect(clock.timerCount).toBe(0);
  });

  it('is bounded in frames', async () => {
    const deep = { callFrames: Array.from({ length: 70 }, (_, i) => frame(`f${i}`)) };
    const { capture } = captureWith(running(deep), { maxFrames: 3 });
    const stack = await capture.capture();
    expect(stack).toMatchObject({ kind: 'javascript', omittedFrames: 67 });
    expect(stack.kind === 'javascript' && stack.frames.map((f) => f.functionName)).toEqual([
      'f0',
      'f1',
      'f2',
    ]);
  });

  it('is taken once for all who ask at the same time, and anew afterwards', async () => {
    const inspector = running();
    const { capture } = captureWith(inspector);
    const [first, second] = await Promise.all([capture.capture(), capture.capture()]);
    expect(second).toBe(first);
    expect(inspector.connections).toBe(1);
    expect(await capture.capture()).not.toBe(first);
    expect(inspector.connections).toBe(2);
  });

  it.each(['Debugger.enable', 'Debugger.pause'])(
    'tells the native state when %s is not answered in time',
    async (method) => {
      const inspector = running();
      delete inspector.answers[method];
      const threads = [thread('read'), thread('write')];
      const { clock, capture } = captureWith(inspector, { readThread: () => threads.shift() });
      const capturing = capture.capture();
      await clock.advanceAsync(900);
      const stack = await capturing;
      expect(stack).toMatchObject({ kind: 'native', tookMs: 900, thread: thread('write') });
      expect(inspector.disconnections).toBe(1);
      expect(clock.timerCount).toBe(0);
    },
  );

  it('does without the native state where there is none', async () => {
    const { clock, capture } = captureWith(new FakeInspector(), { readThread: () => undefined });
    const capturing = capture.capture();
    await clock.advanceAsync(900);
    expect(await capturing).toMatchObject({ kind: 'native', thread: undefined });
  });

  it('leaves a service alone that waits for events', async () => {
    const inspector = running();
    const { capture } = captureWith(inspector, { readThread: () => thread('epoll_pwait') });
    expect(await capture.capture()).toMatchObject({ kind: 'idle' });
    expect(inspector.connections).toBe(0);
  });

  it('does not take a wait for events for idle when the loop does not beat', async () => {
    const { clock, capture } = captureWith(new FakeInspector(), {
      readThread: () => thread('epoll_pwait'),
      isBeating: () => false,
    });
    const capturing = capture.capture();
    await clock.advanceAsync(900);
    expect(await capturing).toMatchObject({ kind: 'native' });
  });

  it('is idle when there came no JavaScript to pause, as all waited for events', async () => {
    const threads = [thread('write'), thread('epoll_pwait')];
    const { clock, capture } = captureWith(new FakeInspector(), {
      readThread: () => threads.shift(),
    });
    const capturing = capture.capture();
    await clock.advanceAsync(900);
    expect(await capturing).toMatchObject({ kind: 'idle' });
  });

  it('leaves the pause of a debugger to the debugger', async () => {
    const inspector = running();
    inspector.answers['Debugger.enable'] = (callback) => {
      inspector.emit('Debugger.paused', PAUSE);
      callback(null, {});
    };
    const { capture } = captureWith(inspector);
    expect(await capture.capture()).toMatchObject({ kind: 'javascript', isHeldByDebugger: true });
    expect(inspector.posted).toEqual(['Debugger.enable']);
    expect(inspector.disconnections).toBe(1);
  });

  it('pauses again where there is nothing but Node itself on the stack, as between microtasks', async () => {
    const inspector = running();
    const loop = { ...frame('runNextTicks'), url: 'node:internal/process/task_queues' };
    let pauses = 0;
    inspector.answers['Debugger.pause'] = (callback) => {
      callback(null, {});
      pauses++;
      inspector.emit('Debugger.paused', pauses < 3 ? { callFrames: [loop] } : PAUSE);
    };
    const stack = await captureWith(inspector).capture.capture();
    expect(stack).toMatchObject({ frames: [{ functionName: 'spin' }, { functionName: 'handle' }] });
    expect(pauses).toBe(3);
    expect(inspector.posted).not.toContain('Profiler.start');
  });

  it('takes samples where pauses show nothing but Node itself', async () => {
    const loop = { ...frame('runNextTicks'), url: 'node:internal/process/task_queues' };
    const inspector = running({ callFrames: [loop] });
    const { clock, capture } = captureWith(inspector);
    const without = capture.capture();
    await clock.settle();
    await clock.advanceAsync(900);
    expect(await without).toMatchObject({ frames: [{ functionName: 'runNextTicks' }] });

    const callFrame = {
      ...{ functionName: 'endless', url: 'file:///app/a.js', scriptId: '9' },
      ...{ lineNumber: 4, columnNumber: 2 },
    };
    Object.assign(inspector.answers, {
      'Profiler.enable': answer(),
      'Profiler.setSamplingInterval': answer(),
      'Profiler.start': answer(),
      'Profiler.stop': answer({ profile: { nodes: [{ id: 1, callFrame, hitCount: 3 }] } }),
    });
    const sampled = capture.capture();
    await clock.settle();
    await clock.advanceAsync(100);
    const frames = [{ functionName: 'endless', url: 'file:///app/a.js', line: 5, column: 3 }];
    expect(await sampled).toMatchObject({ kind: 'javascript', frames });
    expect(clock.timerCount).toBe(0);
    const times = (name: string) => inspector.posted.filter((each) => each === name).length;
    expect(times('Debugger.pause')).toBe(10);
    expect(times('Debugger.resume')).toBe(10);
  });

  it('resumes again when the service runs into another pause', async () => {
    const inspector = running();
    const twice = inspector.answers['Debugger.pause'];
    inspector.answers['Debugger.pause'] = (callback, params) => {
      twice(callback, params);
      inspector.emit('Debugger.paused', PAUSE);
    };
    await captureWith(inspector).capture.capture();
    expect(inspector.posted.filter((method) => method === 'Debugger.resume')).toHaveLength(2);
  });

  it('says why there is none', async () => {
    const refused = new FakeInspector({
      'Debugger.enable': answer(),
      'Debugger.pause': (callback) => callback({ message: 'cannot pause' }),
    });
    const { clock, capture } = captureWith(refused);
    const reason = 'Debugger.pause failed: cannot pause';
    expect(await capture.capture()).toMatchObject({ kind: 'unavailable', reason });
    expect(refused.disconnections).toBe(1);
    expect(clock.timerCount).toBe(0);

    const openSession = () => Promise.reject(new Error('no inspector'));
    const without = captureWith(refused, { openSession }).capture;
    expect(await without.capture()).toMatchObject({ kind: 'unavailable', reason: 'no inspector' });
  });
});
