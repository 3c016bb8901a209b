import { describe, expect, it } from 'vitest';
import { readDescriptorUsage } from '../../../../../lib/management/worker/kernel/descriptor-usage.js';
import { KernelSamples } from '../../../../support/kernel-samples.js';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            1024                 524288               files
`;

describe('the usage of descriptors', () => {
  it('is the count and both limits', () => {
    const files = new KernelSamples({ '/proc/self/limits': LIMITS, '/proc/self/fd': '42' });
    expect(readDescriptorUsage(files)).toEqual({ open: 42, limit: 1024, hardLimit: 524288 });
  });
});
