import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { retry } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, reply, until } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

const INVALID = 'The invalid data or message pattern (undefined/null)';
let seen: string[] = [];

@Controller()
class SeeingController {
  @MessagePattern('see')
  see(@Payload() name: string) {
    seen.push(name);
    return seen.length;
  }

  @MessagePattern('third time')
  thirdTime(@Payload() name: string) {
    seen.push(name);
    if (seen.length < 3) throw new Error('not yet');
    return seen.length;
  }

  @EventPattern('hear')
  hear(@Payload() name: string) {
    seen.push(name);
  }
}

const parts = { controllers: [SeeingController] };

beforeEach(() => (seen = []));

describe.each(pairings)('send(), $name', (pairing) => {
  it('does nothing until somebody subscribes', async () => {
    const { client } = await converse(pairing, parts);
    client.send('see', 'never asked');

    expect(await reply(client.send('see', 'asked'))).toBe(1);
    expect(seen).toEqual(['asked']);
  });

  it('asks anew for each subscriber', async () => {
    const { client } = await converse(pairing, parts);
    const call = client.send<number>('see', 'you');

    expect([await reply(call), await reply(call)]).toEqual([1, 2]);
  });

  it('can be retried', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('third time', 'try').pipe(retry(5)))).toBe(3);
  });
});

describe.each(pairings)('emit(), $name', (pairing) => {
  it('leaves at once, without a subscriber', async () => {
    const { client } = await converse(pairing, parts);
    client.emit('hear', 'unasked');
    await until(() => seen.length > 0);

    expect(seen).toEqual(['unasked']);
  });

  it('leaves once, whoever subscribes', async () => {
    const { client } = await converse(pairing, parts);
    const event = client.emit('hear', 'once');
    event.subscribe();
    event.subscribe();
    await until(() => seen.length > 0);
    await reply(client.send('see', 'after'));

    expect(seen.filter((name) => name === 'once')).toEqual(['once']);
  });

  it('does not throw when the service is away', async () => {
    const { app, client } = await converse(pairing, parts);
    await app.close();

    expect(await failure(client.emit('hear', 'nobody'))).toBeInstanceOf(Error);
    client.emit('hear', 'nobody, and nobody looks');
  });
});

describe.each(pairings)('a message without pattern or data, $name', (pairing) => {
  it.each([
    [null, 1],
    [undefined, 1],
    ['see', null],
    ['see', undefined],
  ])('is refused: %j with %j', async (pattern, data) => {
    const { client } = await converse(pairing, parts);

    expect(await failure(client.send(pattern, data))).toMatchObject({ message: INVALID });
    expect(await failure(client.emit(pattern, data))).toMatchObject({ message: INVALID });
    expect(seen).toEqual([]);
  });
});
