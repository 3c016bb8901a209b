import { Controller } from '@nestjs/common';
import { MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure, replies, reply } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

const sum = (numbers: number[]) => numbers.reduce((total, next) => total + next, 0);

@Controller()
class SumController {
  @MessagePattern('sum')
  byString(@Payload() numbers: number[]) {
    return sum(numbers);
  }

  @MessagePattern(7)
  byNumber(@Payload() numbers: number[]) {
    return sum(numbers);
  }

  @MessagePattern({ cmd: 'sum', version: 2, scope: { unit: 'one', area: { code: 1 } } })
  byObject(@Payload() numbers: number[]) {
    return sum(numbers);
  }

  @MessagePattern('sum/promise')
  async asPromise(@Payload() numbers: number[]) {
    return Promise.resolve(sum(numbers));
  }

  @MessagePattern('sum/observable')
  asObservable(@Payload() numbers: number[]) {
    return of(sum(numbers));
  }

  @MessagePattern('sum/promise-of-observable')
  async asPromiseOfObservable(@Payload() numbers: number[]) {
    return Promise.resolve(of(sum(numbers), 0));
  }

  @MessagePattern(['sum/one-name', 'sum/other-name'])
  byEitherName(@Payload() numbers: number[]) {
    return sum(numbers);
  }

  @MessagePattern('sum/elsewhere', Transport.REDIS)
  elsewhere(@Payload() numbers: number[]) {
    return sum(numbers);
  }

  @MessagePattern('sum/first')
  field(@Payload('numbers') numbers: number[]) {
    return sum(numbers);
  }
}

const parts = { controllers: [SumController] };

describe.each(pairings)('patterns of requests, $name', (pairing) => {
  it.each([
    ['a string', 'sum'],
    ['a number', 7],
    ['an object', { cmd: 'sum', version: 2, scope: { unit: 'one', area: { code: 1 } } }],
    [
      'the object, other key order',
      { scope: { area: { code: 1 }, unit: 'one' }, version: 2, cmd: 'sum' },
    ],
    [
      'the object as JSON text',
      '{"cmd":"sum","scope":{"area":{"code":1},"unit":"one"},"version":2}',
    ],
    ['one of several names', 'sum/one-name'],
    ['another of several names', 'sum/other-name'],
  ])('finds the handler by %s', async (_, pattern) => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send(pattern, [1, 2, 3, 4, 5]))).toEqual([15]);
  });
});

describe.each(pairings)('answers of requests, $name', (pairing) => {
  it.each([
    ['a promise', 'sum/promise', [15]],
    ['an observable', 'sum/observable', [15]],
    ['a promise of an observable', 'sum/promise-of-observable', [15, 0]],
  ])('come from %s', async (_, pattern, expected) => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send(pattern, [1, 2, 3, 4, 5]))).toEqual(expected);
  });

  it('come from a field of the payload', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('sum/first', { numbers: [4, 5] }))).toBe(9);
  });

  it('do not come from handlers of another transport', async () => {
    const { client } = await converse(pairing, parts);

    expect(await failure(client.send('sum/elsewhere', [1]))).toContain(
      'no matching message handler',
    );
  });

  it('come again and again over one client', async () => {
    const { client } = await converse(pairing, parts);

    for (let round = 0; round < 20; round += 1) {
      expect(await reply(client.send('sum', [round, 1]))).toBe(round + 1);
    }
  });
});
