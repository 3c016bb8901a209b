import { describe, expect, it } from 'vitest';
import { DescriptorLog } from '../../../../../lib/management/worker/diagnostics/diagnostics-log.js';

describe('the log of the diagnosis', () => {
  it('writes a line to the descriptor', () => {
    const written: unknown[] = [];
    new DescriptorLog(2, (...args) => written.push(args)).warn('stuck');
    expect(written).toEqual([[2, 'stuck\n']]);
  });

  it('loses a line rather than throw', () => {
    const write = () => {
      throw Object.assign(new Error('full'), { code: 'EAGAIN' });
    };
    expect(() => new DescriptorLog(2, write).warn('stuck')).not.toThrow();
  });
});
