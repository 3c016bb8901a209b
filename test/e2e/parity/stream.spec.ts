import { Controller } from '@nestjs/common';
import { MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { asyncScheduler, concat, EMPTY, map, of, range, scheduled, throwError } from 'rxjs';
import { take } from 'rxjs/operators';
import { describe, expect, it } from 'vitest';
import { failure, replies, reply } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

@Controller()
class StreamController {
  @MessagePattern('count')
  count(@Payload() length: number) {
    return range(1, length);
  }

  @MessagePattern('count/later')
  countLater(@Payload() length: number) {
    return scheduled(range(1, length), asyncScheduler);
  }

  @MessagePattern('words')
  words() {
    return of('één', 'två', '三', '🙂');
  }

  @MessagePattern('nothing')
  nothing() {
    return EMPTY;
  }

  @MessagePattern('nothing/later')
  nothingLater() {
    return scheduled(EMPTY, asyncScheduler);
  }

  @MessagePattern('gap')
  gap() {
    return of(1, undefined, null, 2);
  }

  @MessagePattern('breaks')
  breaks() {
    return concat(
      range(1, 3),
      throwError(() => new RpcException('out of numbers')),
    );
  }

  @MessagePattern('breaks/later')
  breaksLater() {
    return scheduled(this.breaks(), asyncScheduler).pipe(map((value) => value * 10));
  }
}

const parts = { controllers: [StreamController] };

describe.each(pairings)('streams, $name', (pairing) => {
  it.each(['count', 'count/later'])('keep the order of all values (%s)', async (pattern) => {
    const { client } = await converse(pairing, parts);
    const values = await replies(client.send<number>(pattern, 500));

    expect(values).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  });

  it('keep values apart that are written together', async () => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send('words', {}))).toEqual(['één', 'två', '三', '🙂']);
  });

  it('run side by side on one client', async () => {
    const { client } = await converse(pairing, parts);
    const lengths = [1, 10, 100, 50, 5];
    const streams = lengths.map((length) => replies(client.send('count/later', length)));

    expect((await Promise.all(streams)).map((values) => values.length)).toEqual(lengths);
  });

  it.each(['nothing', 'nothing/later'])('complete without a value (%s)', async (pattern) => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send(pattern, {}))).toEqual([]);
  });

  it('carry undefined and null between values', async () => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send('gap', {}))).toEqual([1, undefined, null, 2]);
  });

  it('can be left by a subscriber that has enough', async () => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send('count/later', 100).pipe(take(3)))).toEqual([1, 2, 3]);
    expect(await reply(client.send('count', 1))).toBe(1);
  });
});

describe.each(pairings)('streams that break, $name', (pairing) => {
  it.each([
    ['breaks', [1, 2, 3]],
    ['breaks/later', [10, 20, 30]],
  ])('deliver their values before the error (%s)', async (pattern, expected) => {
    const { client } = await converse(pairing, parts);
    const seen: unknown[] = [];
    const call = client.send(pattern, {}).pipe(map((value) => seen.push(value)));

    expect(await failure(call)).toEqual({ status: 'error', message: 'out of numbers' });
    expect(seen).toEqual(expected);
  });
});
