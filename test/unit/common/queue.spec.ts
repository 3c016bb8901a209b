import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { QueueEntry } from '../../../lib/common/queue.js';
import { Queue } from '../../../lib/common/queue.js';

describe('Queue', () => {
  let queue: Queue<string>;

  beforeEach(() => {
    queue = new Queue();
  });

  it('is empty at first', () => {
    expect(queue.size).toBe(0);
    expect(queue.shift()).toBeUndefined();
    expect(queue.peek()).toBeUndefined();
    expect([...queue]).toEqual([]);
  });

  it('gives first what came first', () => {
    for (const value of ['a', 'b', 'c']) queue.push(value);
    expect(queue.peek()).toBe('a');
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([
      'a',
      'b',
      'c',
      undefined,
    ]);
  });

  it('gives first what came last, where that is asked for', () => {
    for (const value of ['a', 'b', 'c']) queue.push(value);
    expect([queue.pop(), queue.shift(), queue.pop(), queue.pop()]).toEqual([
      'c',
      'a',
      'b',
      undefined,
    ]);
  });

  it('removes an entry wherever it stands, once', () => {
    const entries = ['a', 'b', 'c', 'd'].map((value) => queue.push(value));
    expect(queue.remove(entries[1]!)).toBe(true);
    expect(queue.remove(entries[1]!)).toBe(false);
    expect(queue.remove(entries[3]!)).toBe(true);
    expect([...queue]).toEqual(['a', 'c']);
    queue.shift();
    expect(queue.remove(entries[0]!)).toBe(false);
    queue.push('e');
    expect([...queue]).toEqual(['c', 'e']);
  });

  it('can be walked while entries are removed, the current and the next included', () => {
    const entries = new Map(['a', 'b', 'c', 'd'].map((value) => [value, queue.push(value)]));
    const seen: string[] = [];
    for (const value of queue) {
      seen.push(value);
      queue.remove(entries.get(value)!);
      if (value === 'a') queue.remove(entries.get('b')!);
    }
    expect(seen).toEqual(['a', 'c', 'd']);
    expect(queue.size).toBe(0);
  });

  it('behaves as an array does, whatever is done to it', () => {
    const step = fc.oneof(
      fc.record({ action: fc.constant('push' as const), at: fc.nat() }),
      fc.record({ action: fc.constant('shift' as const), at: fc.nat() }),
      fc.record({ action: fc.constant('remove' as const), at: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const numbers = new Queue<number>();
        const handles: QueueEntry<number>[] = [];
        let model: number[] = [];
        for (const { action, at } of steps) {
          const handle = handles[at % Math.max(handles.length, 1)];
          if (action === 'push') {
            model.push(handles.length);
            handles.push(numbers.push(handles.length));
          } else if (action === 'shift') {
            expect(numbers.shift()).toBe(model.shift());
          } else if (handle !== undefined) {
            expect(numbers.remove(handle)).toBe(model.includes(handle.value));
            model = model.filter((value) => value !== handle.value);
          }
          expect([...numbers]).toEqual(model);
          expect([numbers.size, numbers.peek()]).toEqual([model.length, model[0]]);
        }
      }),
    );
  });
});
