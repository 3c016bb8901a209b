import { describe, expect, it } from 'vitest';
import { CpuProfiler } from '../../../../../lib/management/worker/diagnostics/cpu-profiler.js';
import { MainThreadSession } from '../../../../../lib/management/worker/diagnostics/main-thread-session.js';
import { answer, FakeInspector } from '../../../../support/fake-inspector.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const callFrame = { functionName: 'spin', url: 'data:text/javascript,secret' };
const PROFILE = { nodes: [{ id: 1, callFrame }], startTime: 0, endTime: 1, samples: [1] };

function profilerOf(inspector: FakeInspector) {
  const clock = new ManualClock();
  const open = () => MainThreadSession.open(clock, () => Promise.resolve(inspector));
  return { clock, profiler: new CpuProfiler(open, clock) };
}

const willing = () =>
  new FakeInspector({
    'Profiler.enable': answer(),
    'Profiler.setSamplingInterval': answer(),
    'Profiler.start': answer(),
    'Profiler.stop': answer({ profile: PROFILE }),
  });

describe('a CPU profile', () => {
  it('is recorded for so long, without source text', async () => {
    const inspector = willing();
    const { clock, profiler } = profilerOf(inspector);
    const recording = profiler.record(2);
    await clock.advanceAsync(1_999);
    expect(inspector.posted.at(-1)).toBe('Profiler.start');
    await clock.advanceAsync(1);
    const profile = await recording;
    expect(profile.nodes[0].callFrame).toEqual({ functionName: 'spin', url: 'data:' });
    expect(profile.samples).toEqual([1]);
    expect(inspector.disconnections).toBe(1);
    expect(clock.timerCount).toBe(0);
  });

  it.each([
    [1, 1_000],
    [10, 1_000],
    [60, 6_000],
  ])('of %i s has a sample every %i µs', async (seconds, interval) => {
    const inspector = willing();
    const { clock, profiler } = profilerOf(inspector);
    const recording = profiler.record(seconds);
    await clock.advanceAsync(seconds * 1_000);
    await recording;
    expect(inspector.params[1]).toEqual({ interval });
  });

  it.each([0, 0.5, 61, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'is not recorded for %d s',
    async (seconds) => {
      const inspector = willing();
      const { profiler } = profilerOf(inspector);
      await expect(profiler.record(seconds)).rejects.toMatchObject({ failure: 'invalid' });
      expect(inspector.connections).toBe(0);
    },
  );

  it('is recorded one at a time', async () => {
    const { clock, profiler } = profilerOf(willing());
    const first = profiler.record(1);
    await expect(profiler.record(1)).rejects.toMatchObject({ failure: 'busy' });
    await clock.advanceAsync(1_000);
    await first;
    const second = profiler.record(1);
    await clock.advanceAsync(1_000);
    expect(await second).toBeDefined();
  });

  it.each([
    ['Profiler.enable', 900],
    ['Profiler.stop', 11_000],
  ])('is given up when %s is not answered', async (method, limitMs) => {
    const inspector = willing();
    delete inspector.answers[method];
    const { clock, profiler } = profilerOf(inspector);
    const recording = expect(profiler.record(1)).rejects.toMatchObject({ failure: 'timeout' });
    await clock.advanceAsync(limitMs);
    await recording;
    expect(inspector.disconnections).toBe(1);
    expect(clock.timerCount).toBe(0);
  });
});
