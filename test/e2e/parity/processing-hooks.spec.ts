import { AsyncLocalStorage } from 'node:async_hooks';
import type { INestMicroservice } from '@nestjs/common';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, RpcException } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { EMPTY, range, throwError, timer } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { replies, reply, until } from './support/calls.js';
import type { Pairing } from './support/pairings.js';
import { pairings } from './support/pairings.js';
import { converse, strategyOf } from './support/service.js';

const spans = new AsyncLocalStorage<string>();
let hooks: string[] = [];

@Controller()
class TracedController {
  @MessagePattern('value')
  value() {
    hooks.push('handler');
    return spans.getStore();
  }

  @MessagePattern('stream')
  stream() {
    return range(1, 3);
  }

  @MessagePattern('empty')
  empty() {
    return EMPTY;
  }

  @MessagePattern('throws')
  throws() {
    throw new RpcException('broken');
  }

  @MessagePattern('errors')
  errors() {
    return throwError(() => new RpcException('broken'));
  }

  @EventPattern('event')
  event(_data: unknown) {
    hooks.push('handler');
  }

  @EventPattern('event/stream')
  eventStream(_data: unknown) {
    return timer(1);
  }

  @EventPattern('event/throws')
  eventThrows(_data: unknown) {
    throw new RpcException('broken');
  }
}

function trace(app: INestMicroservice): void {
  const strategy = strategyOf(app);
  strategy.setOnProcessingStartHook((transportId, _context, done) => {
    hooks.push(transportId === strategy.transportId ? 'start' : 'start of another transport');
    return void spans.run('span', done);
  });
  strategy.setOnProcessingEndHook(() => hooks.push('end'));
}

const parts = { controllers: [TracedController], configure: trace };

async function settle(call: Observable<unknown>): Promise<void> {
  await replies(call).catch(() => undefined);
}

beforeEach(() => (hooks = []));

describe.each(pairings)('processing hooks, $name', (pairing: Pairing) => {
  it('run around the handler of a request', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('value', {}))).toBe('span');
    await until(() => hooks.includes('end'));
    expect(hooks).toEqual(['start', 'handler', 'end']);
  });

  it.each(['value', 'stream', 'empty', 'throws', 'errors'])(
    'run once for a request: %s',
    async (pattern) => {
      const { client } = await converse(pairing, parts);
      await settle(client.send(pattern, {}));
      await settle(client.send(pattern, {}));
      await until(() => hooks.filter((hook) => hook === 'end').length >= 2);

      expect(hooks.filter((hook) => hook !== 'handler')).toEqual(['start', 'end', 'start', 'end']);
    },
  );

  it.each(['event', 'event/stream', 'event/throws'])(
    'run once for an event: %s',
    async (pattern) => {
      const { client } = await converse(pairing, parts);
      await settle(client.emit(pattern, {}));
      await until(() => hooks.includes('end'));
      await reply(client.send('value', {}));
      await until(() => hooks.filter((hook) => hook === 'end').length >= 2);

      expect(hooks.filter((hook) => hook !== 'handler')).toEqual(['start', 'end', 'start', 'end']);
    },
  );

  it('do not run for a pattern without a handler', async () => {
    const { client } = await converse(pairing, parts);
    await settle(client.send('unknown', {}));

    expect(hooks).toEqual([]);
  });
});
