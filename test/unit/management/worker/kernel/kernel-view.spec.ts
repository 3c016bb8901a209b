import { describe, expect, it } from 'vitest';
import { KernelView } from '../../../../../lib/management/worker/kernel/kernel-view.js';
import { KernelSamples } from '../../../../support/kernel-samples.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const STAT = '7 (node) S 1 1 1 0 -1 4194304 3 0 0 0 21 4 0 0 20 0 12 0 313051 1062662144 12345';

describe('the view of the kernel', () => {
  it('is taken at most twice a second, however many look', () => {
    const clock = new ManualClock();
    const files = new KernelSamples({ '/proc/self/stat': STAT });
    const view = new KernelView(files, clock, 7);
    const first = view.read();
    expect(first).toMatchObject({ usage: { threads: 12 }, network: {}, takenAt: clock.wallNow() });
    clock.advance(499);
    expect(view.read()).toBe(first);
    clock.advance(1);
    expect(view.read()).not.toBe(first);
    expect(files.reads.get('/proc/self/stat')).toBe(2);
  });

  it('is absent on systems without /proc', () => {
    expect(new KernelView(new KernelSamples(), new ManualClock(), 7).read()).toBeUndefined();
  });
});
