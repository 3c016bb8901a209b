import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { finalize, Subject, timeout } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, reply, until } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

const sources = new Map<string, Subject<string>>();
let ended: string[] = [];

@Controller()
class SourceController {
  @MessagePattern('watch')
  watch(@Payload() name: string) {
    const source = new Subject<string>();
    sources.set(name, source);
    return source.pipe(finalize(() => ended.push(name)));
  }

  @MessagePattern('ping')
  ping() {
    return 'pong';
  }
}

const parts = { controllers: [SourceController] };

function tell(name: string, value: string): void {
  sources.get(name)?.next(value);
}

beforeEach(() => {
  sources.clear();
  ended = [];
});

describe.each(pairings)('unsubscribing, $name', (pairing) => {
  it('ends the values of one call, and of no other', async () => {
    const { client } = await converse(pairing, parts);
    const values: string[] = [];
    const left = client.send<string>('watch', 'left').subscribe((value) => values.push(value));
    const kept = client.send<string>('watch', 'kept').subscribe((value) => values.push(value));
    await until(() => sources.size === 2);
    tell('left', 'a');
    await until(() => values.length === 1);
    left.unsubscribe();
    tell('left', 'b');
    tell('kept', 'c');
    await until(() => values.includes('c'));
    kept.unsubscribe();

    expect(values).toEqual(['a', 'c']);
  });

  it('before the connection stands asks nothing', async () => {
    const { client } = await converse(pairing, parts);
    client.send('watch', 'unasked').subscribe().unsubscribe();

    expect(await reply(client.send('ping', {}))).toBe('pong');
    expect(sources.size).toBe(0);
  });

  it('by a timeout leaves the client usable', async () => {
    const { client } = await converse(pairing, parts);
    const error = await failure(client.send('watch', 'slow').pipe(timeout(20)));

    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(await reply(client.send('ping', {}))).toBe('pong');
  });
});

describe.each(pairings.filter(({ cancelsRemoteWork }) => cancelsRemoteWork))(
  'unsubscribing further, $name',
  (pairing) => {
    it('ends the work of the service', async () => {
      const { client } = await converse(pairing, parts);
      const call = client.send('watch', 'left').subscribe();
      await until(() => sources.size === 1);
      call.unsubscribe();
      await until(() => ended.length === 1);

      expect(ended).toEqual(['left']);
      expect(await reply(client.send('ping', {}))).toBe('pong');
    });
  },
);
