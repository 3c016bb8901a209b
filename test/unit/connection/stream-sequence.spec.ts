import { expect, it } from 'vitest';
import { StreamSequence } from '../../../lib/connection/stream-sequence.js';

it('takes ids that grow, gaps allowed', () => {
  const sequence = new StreamSequence();

  expect([1, 2, 10].map((id) => sequence.take(id, true))).toEqual([true, true, true]);
  expect([10, 3, 0].map((id) => sequence.take(id, true))).toEqual([false, false, false]);
  expect(sequence.last).toBe(10);
});

it('remembers the last that is served', () => {
  const sequence = new StreamSequence();
  sequence.take(1, true);
  sequence.take(2, false);

  expect(sequence.lastServed).toBe(1);
  expect(sequence.take(2, true)).toBe(false);
  expect(sequence.lastServed).toBe(1);
});
