import { describe, expect, it } from 'vitest';
import {
  hottestStack,
  sampleStack,
} from '../../../../../lib/management/worker/diagnostics/sampled-stack.js';
import { MainThreadSession } from '../../../../../lib/management/worker/diagnostics/main-thread-session.js';
import { answer, FakeInspector } from '../../../../support/fake-inspector.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const node = (id: number, functionName: string, more: object = {}) => ({
  id,
  callFrame: {
    ...{ functionName, url: 'file:///app/a.js', scriptId: '9', lineNumber: id, columnNumber: 0 },
  },
  hitCount: 0,
  ...more,
});
const nodes = [
  node(1, '(root)', { children: [2, 5], callFrame: { ...node(1, '(root)').callFrame, url: '' } }),
  node(2, 'runNextTicks', {
    ...{ children: [3, 4], hitCount: 90 },
    callFrame: { ...node(2, 'runNextTicks').callFrame, url: 'node:internal/process/task_queues' },
  }),
  node(3, 'rarely', { hitCount: 2 }),
  node(4, 'outer', { children: [6] }),
  node(6, 'often', { hitCount: 7 }),
  node(5, '(garbage collector)', {
    ...{ hitCount: 50, callFrame: { ...node(5, '(garbage collector)').callFrame, url: '' } },
  }),
];

describe('a stack by samples', () => {
  it('is that of the function met most often, Node and V8 apart, with its callers', () => {
    expect(hottestStack(nodes)?.map(({ functionName }) => functionName)).toEqual([
      ...['often', 'outer', 'runNextTicks'],
    ]);
    expect(hottestStack(nodes)?.[0]).toEqual({
      functionName: 'often',
      url: 'file:///app/a.js',
      location: { scriptId: '9', lineNumber: 6, columnNumber: 0 },
    });
  });

  it('is none where only Node was met', () => {
    expect(hottestStack(nodes.slice(0, 2))).toBeUndefined();
    expect(hottestStack([])).toBeUndefined();
  });

  it('is taken for some milliseconds', async () => {
    const clock = new ManualClock();
    const inspector = new FakeInspector({
      'Profiler.enable': answer(),
      'Profiler.setSamplingInterval': answer(),
      'Profiler.start': answer(),
      'Profiler.stop': answer({ profile: { nodes } }),
    });
    const session = await MainThreadSession.open(clock, () => Promise.resolve(inspector));
    const sampling = sampleStack(session, clock, 500);
    await clock.advanceAsync(60);
    expect((await sampling)?.[0]).toMatchObject({ functionName: 'often' });
    expect(clock.timerCount).toBe(0);
  });
});
