import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { Subject, tap, timer } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { replies, reply, until } from './support/calls.js';
import { CollectingLogger } from './support/collecting-logger.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

const heard: string[] = [];

@Controller()
class FirstListener {
  @EventPattern('ordered')
  ordered(@Payload() name: string) {
    heard.push(`first ${name}`);
  }

  @EventPattern({ type: 'ordered', version: 1 })
  orderedByObject(@Payload() name: string) {
    heard.push(`object ${name}`);
  }

  @EventPattern(3)
  orderedByNumber(@Payload() name: string) {
    heard.push(`number ${name}`);
  }

  @EventPattern('stream')
  stream(@Payload() name: string) {
    return timer(1).pipe(tap(() => heard.push(`stream ${name}`)));
  }

  @EventPattern('fails')
  fails(_data: unknown) {
    throw new RpcException('cannot hear');
  }

  @EventPattern('fails/plain')
  async failsPlainly(_data: unknown) {
    return Promise.reject(new Error('deaf'));
  }

  @MessagePattern('ask')
  ask(@Payload() name: string) {
    return `answer ${name}`;
  }
}

@Controller()
class SecondListener {
  @EventPattern('ordered')
  async ordered(@Payload() name: string) {
    await Promise.resolve();
    heard.push(`second ${name}`);
  }
}

@Controller()
class ThirdListener {
  @EventPattern('ordered')
  ordered(@Payload() name: string) {
    return timer(1).pipe(tap(() => heard.push(`third ${name}`)));
  }
}

const parts = { controllers: [FirstListener, SecondListener, ThirdListener] };

beforeEach(() => (heard.length = 0));

describe.each(pairings)('events, $name', (pairing) => {
  it.each([
    ['an object pattern', { version: 1, type: 'ordered' }, 'object tea'],
    ['a number pattern', 3, 'number tea'],
    ['a handler that returns an observable', 'stream', 'stream tea'],
  ])('reach %s', async (_, pattern, expected) => {
    const { client } = await converse(pairing, parts);
    client.emit(pattern, 'tea');
    await until(() => heard.length > 0);

    expect(heard).toEqual([expected]);
  });

  it('reach every handler of one pattern, once each', async () => {
    const { client } = await converse(pairing, parts);
    client.emit('ordered', 'tea');
    await until(() => heard.length >= 3);
    await reply(client.send('ask', 'later'));

    expect(heard.toSorted()).toEqual(['first tea', 'second tea', 'third tea']);
  });

  it('complete the observable of emit() without a reply', async () => {
    const { client } = await converse(pairing, parts);

    expect((await replies(client.emit('ordered', 'tea'))).filter(Boolean)).toEqual([]);
    // What is heard later must not be taken for the next test's.
    await until(() => heard.length >= 3);
  });

  it('are delivered once each, and in order where one connection carries them', async () => {
    const { client } = await converse(pairing, parts);
    await client.connect();
    const names = Array.from({ length: 100 }, (_, index) => String(index + 100));
    for (const name of names) client.emit(3, name);
    await until(() => heard.length >= 100);

    const expected = names.map((name) => `number ${name}`);
    expect(pairing.keepsEventOrder ? heard : heard.toSorted()).toEqual(expected);
  });
});

describe.each(pairings)('events that go wrong, $name', (pairing) => {
  it('are logged when nobody handles them, and break nothing', async () => {
    const logger = new CollectingLogger();
    const { client } = await converse(pairing, { ...parts, logger });
    await replies(client.emit('unheard 🦻', 'tea'));
    await until(() => logger.errors.length > 0);

    expect(await reply(client.send('ask', 'me'))).toBe('answer me');
    expect(logger.errors).toEqual([
      'There is no matching event handler defined in the remote service. Event pattern: unheard 🦻',
    ]);
  });

  it.each([
    ['fails', 'Error: cannot hear'],
    ['fails/plain', 'Error: deaf'],
  ])('are logged when a handler throws, and break nothing (%s)', async (pattern, line) => {
    const logger = new CollectingLogger();
    const { client } = await converse(pairing, { ...parts, logger });
    await replies(client.emit(pattern, 'tea'));
    await until(() => logger.errors.length > 0);

    expect(logger.errors).toEqual([line]);
    expect(await reply(client.send('ask', 'me'))).toBe('answer me');
  });
});

describe.each(pairings)('the end of events, $name', (pairing) => {
  it('is not awaited by the client', async () => {
    const open = new Subject<string>();

    @Controller()
    class OpenListener {
      @EventPattern('open')
      listen(_data: unknown) {
        return open.pipe(tap((name) => heard.push(name)));
      }
    }

    const { client } = await converse(pairing, { controllers: [OpenListener] });
    await replies(client.emit('open', 'tea'));
    await until(() => open.observed);
    open.next('still listening');
    open.complete();

    expect(heard).toEqual(['still listening']);
  });
});
