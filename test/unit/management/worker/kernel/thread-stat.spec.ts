import { describe, expect, it } from 'vitest';
import {
  parseThreadStat,
  stateInWords,
} from '../../../../../lib/management/worker/kernel/thread-stat.js';

const STAT =
  '1828 (node) R 1827 1827 30030 0 -1 4194304 3054 0 0 0 21 4 0 0 20 0 12 0 313051 1062662144 12345 18446744073709551615 1 2\n';

describe('the statistics of a thread', () => {
  it('are read by position', () => {
    const stat = { state: 'R', userTicks: 21, systemTicks: 4, threads: 12 };
    expect(parseThreadStat(STAT)).toEqual({ ...stat, virtualBytes: 1062662144 });
  });

  it('survive a name with spaces, parentheses and line ends', () => {
    const odd = STAT.replace('(node)', '(a) S 1 2 (3\n) 4)');
    expect(parseThreadStat(odd)).toEqual(parseThreadStat(STAT));
  });

  it.each(['', '1828 (node', '1828 (node) R 1', '1828 (node) 7 8', STAT.replace(' 21 ', ' x ')])(
    'are unknown in %j',
    (text) => {
      expect(parseThreadStat(text)).toBeUndefined();
    },
  );

  it('have a state in words', () => {
    const letters = ['R', 'S', 'D', 't', '?'];
    expect(letters.map(stateInWords)).toEqual([
      'running',
      'sleeping',
      'waiting for a device, not interruptible',
      'stopped by a debugger',
      'in state ?',
    ]);
  });
});
