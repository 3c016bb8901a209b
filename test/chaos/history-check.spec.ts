import { describe, expect, it } from 'vitest';
import { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import type { Processed } from '../../lib/errors/error-codes.js';
import type { CallRecord } from './support/call-record.js';
import { checkHistory } from './support/history-check.js';

function callOf(record: Partial<CallRecord>): CallRecord {
  const fresh = { id: 1, isIdempotent: false, hasKey: false, startedAt: 0, endedAt: 1, ends: 1 };
  return { ...fresh, error: undefined, reply: undefined, ...record };
}

function failed(processed: Processed): SocketPoolError {
  return new SocketPoolError('CONNECTION_LOST', 'lost', { processed });
}

const ran = (times: number) => new Map(times > 0 ? [[1, times]] : []);

describe('the checker of histories', () => {
  it.each([
    { of: 'a call that ran once', call: {}, runs: 1 },
    { of: 'a lost call that ran', call: { error: failed('maybe') }, runs: 1 },
    { of: 'a lost call that did not run', call: { error: failed('maybe') }, runs: 0 },
    { of: 'one that certainly did not', call: { error: failed('no') }, runs: 0 },
    { of: 'a harmless call that ran twice', call: { isIdempotent: true }, runs: 2 },
  ])('has nothing against $of', ({ call, runs }) => {
    expect(checkHistory([callOf(call)], ran(runs))).toEqual([]);
  });

  it.each([
    { call: { ends: 0, endedAt: Infinity }, runs: 0, says: 'is not settled exactly once' },
    { call: { ends: 2 }, runs: 1, says: 'is not settled exactly once' },
    { call: {}, runs: 2, says: 'ran more than once' },
    { call: {}, runs: 0, says: 'was acknowledged and never ran' },
    { call: { error: failed('no') }, runs: 1, says: 'ran, and is said not to have run' },
    { call: { error: failed('yes') }, runs: 0, says: 'never ran, and is said to have' },
    { call: { reply: { id: 2, pid: 1 } }, runs: 1, says: 'has the answer of another' },
  ])('finds a call that $says', ({ call, runs, says }) => {
    expect(checkHistory([callOf(call)], ran(runs))).toEqual([expect.stringContaining(says)]);
  });

  it('holds calls with a key to one execution, where the window is in common', () => {
    const call = callOf({ isIdempotent: true, hasKey: true });
    expect(checkHistory([call], ran(2))).toEqual([]);
    expect(checkHistory([call], ran(2), true)).toEqual([expect.stringContaining('more than once')]);
  });

  it('finds calls that nobody made', () => {
    expect(checkHistory([], ran(1))).toEqual(['call 1 was not made']);
  });
});
