import { describe, expect, it } from 'vitest';
import type { Waiter } from '../../../lib/pool/waiter-queue.js';
import { WaiterQueue } from '../../../lib/pool/waiter-queue.js';
import { ManualClock } from '../../support/manual-clock.js';

interface Named extends Waiter {
  readonly name: string;
}

const named = (name: string): Named => ({ name, waiter: undefined });

function makeQueue(maxWaiters = 10) {
  const clock = new ManualClock();
  const expired: string[] = [];
  const onExpired = { call: (item: Named) => void expired.push(item.name) };
  const queue = new WaiterQueue<Named>(clock, { maxWaiters, timeoutMs: 1_000 }, (item) =>
    onExpired.call(item),
  );
  return { clock, queue, expired, onExpired };
}

describe('those that wait', () => {
  it('are served in the order in which they came', () => {
    const { queue } = makeQueue();
    for (const name of ['a', 'b', 'c']) queue.add(named(name));
    expect(queue.items().map((item) => item.name)).toEqual(['a', 'b', 'c']);
    queue.remove(queue.first!);
    expect([queue.first!.name, queue.size]).toEqual(['b', 2]);
  });

  it('are bounded in number', () => {
    const { queue } = makeQueue(2);
    expect(['a', 'b', 'c'].map((name) => queue.add(named(name)))).toEqual([true, true, false]);
    expect(queue.size).toBe(2);
  });

  it('may leave at any time, and twice', () => {
    const { clock, queue } = makeQueue();
    const item = named('a');
    queue.remove(item);
    queue.add(item);
    expect(item.waiter).toBeDefined();
    queue.remove(item);
    queue.remove(item);
    expect([queue.size, item.waiter, clock.timerCount]).toEqual([0, undefined, 0]);
  });

  it('each wait equally long, with one timer for all', () => {
    const { clock, queue, expired } = makeQueue();
    queue.add(named('a'));
    clock.advance(400);
    queue.add(named('b'));
    expect(clock.timerCount).toBe(1);
    clock.advance(600);
    expect(expired).toEqual(['a']);
    clock.advance(399);
    expect(expired).toEqual(['a']);
    clock.advance(1);
    expect([expired, clock.timerCount]).toEqual([['a', 'b'], 0]);
  });

  it('wait their whole time when the first has left before', () => {
    const { clock, queue, expired } = makeQueue();
    const first = named('a');
    queue.add(first);
    clock.advance(400);
    queue.add(named('b'));
    queue.remove(first);
    clock.advance(999);
    expect(expired).toEqual([]);
    clock.advance(1);
    expect(expired).toEqual(['b']);
  });

  it('do not wait longer because somebody joins while another expires', () => {
    const { clock, queue, expired, onExpired } = makeQueue();
    queue.add(named('a'));
    clock.advance(400);
    queue.add(named('b'));
    onExpired.call = (item) => {
      expired.push(item.name);
      if (item.name === 'a') queue.add(named('again'));
    };
    clock.advance(600);
    clock.advance(400);
    expect(expired).toEqual(['a', 'b']);
    clock.advance(600);
    expect([expired, clock.timerCount]).toEqual([['a', 'b', 'again'], 0]);
  });

  it('are told after a stall of this process as soon as it is over', () => {
    const { clock, queue, expired } = makeQueue();
    for (const name of ['a', 'b']) queue.add(named(name));
    clock.block(5_000);
    clock.advance(0);
    expect(expired).toEqual(['a', 'b']);
  });
});
