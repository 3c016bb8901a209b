import { expect, it } from 'vitest';
import { OutcomeCounts } from '../../../lib/pool/outcome-counts.js';

/** `.` a success, `x` a failure with an answer, `o` one without, `c` a refused connection, `|` the window moves on. */
function counted(story: string): OutcomeCounts {
  const counts = new OutcomeCounts();
  for (const step of story) {
    if (step === '.') counts.success();
    else if (step === '|') counts.rotate();
    else if (step === 'c') counts.connectFailure();
    else counts.failure(step === 'x');
  }
  return counts;
}

const windowOf = ({ succeeded, failed }: OutcomeCounts): number[] => [succeeded, failed];
const recentOf = ({ recentCalls, recentFailures }: OutcomeCounts): number[] => [
  recentCalls,
  recentFailures,
];
const rowsOf = ({ failedInRow, unansweredInRow }: OutcomeCounts): number[] => [
  failedInRow,
  unansweredInRow,
];

it('calls count for this window and the next', () => {
  expect(windowOf(counted('..x'))).toEqual([2, 1]);
  expect(windowOf(counted('..x|.'))).toEqual([3, 1]);
  expect(windowOf(counted('..x|.|'))).toEqual([1, 0]);
});

it('the last eight calls are remembered one by one', () => {
  expect(recentOf(counted(''))).toEqual([0, 0]);
  expect(recentOf(counted('.xo'))).toEqual([3, 2]);
  expect(recentOf(counted('xxxxxxxx....'))).toEqual([8, 4]);
  expect(recentOf(counted(`${'x'.repeat(100)}|........`))).toEqual([8, 0]);
});

it('a success ends a row, an answer one without answers', () => {
  expect(rowsOf(counted('xx'))).toEqual([2, 0]);
  expect(rowsOf(counted('oo'))).toEqual([2, 2]);
  expect(rowsOf(counted('oxoo'))).toEqual([4, 2]);
  expect(rowsOf(counted('ooo.o'))).toEqual([1, 1]);
});

it('a refused connection belongs to the row, and is no call', () => {
  const counts = counted('occ');
  expect([rowsOf(counts), windowOf(counts), recentOf(counts)]).toEqual([
    [3, 3],
    [0, 1],
    [1, 1],
  ]);
});

it('nothing is left after a reset', () => {
  const counts = counted('..xo|oo');
  counts.reset();
  expect([windowOf(counts), recentOf(counts), rowsOf(counts)]).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});
