import { describe, expect, it } from 'vitest';
import {
  includesPort,
  parseCount,
  parseDescriptorLimits,
  parsePortList,
  parsePortRange,
} from '../../../lib/metrics/kernel-text.js';

describe('settings as the kernel writes them', () => {
  it('are unknown where they are nonsense', () => {
    expect([undefined, '', 'many', '-1', '1 2', '9'.repeat(20)].map(parseCount)).toEqual(
      Array(6).fill(undefined),
    );
    expect(['', '1', '1 2 3', 'a b'].map(parsePortRange)).toEqual(Array(4).fill(undefined));
    expect(parsePortList('\n')).toEqual([]);
    expect(parsePortList('x,7,8-,9-11')).toEqual([
      { first: 7, last: 7 },
      { first: 9, last: 11 },
    ]);
  });

  it('hold ranges of ports with both ends', () => {
    const range = { first: 10, last: 12 };
    const inside = [9, 10, 12, 13].map((port) => includesPort(range, port));
    expect(inside).toEqual([false, true, true, false]);
  });

  it('of descriptors may have no end', () => {
    const text = 'Max open files            1024                 unlimited            files\n';
    expect(parseDescriptorLimits(text)).toEqual({ limit: 1024, hardLimit: Infinity });
    expect(parseDescriptorLimits(undefined)).toEqual({ limit: undefined, hardLimit: undefined });
  });

  it.each(['', 'Max open files', 'Max open files   some   more   files'])(
    'of descriptors are unknown in %j',
    (text) => {
      expect(parseDescriptorLimits(text)).toEqual({ limit: undefined, hardLimit: undefined });
    },
  );
});
