import type { ArgumentsHost } from '@nestjs/common';
import { Catch, Controller, ForbiddenException, UseFilters } from '@nestjs/common';
import { BaseRpcExceptionFilter, MessagePattern, RpcException } from '@nestjs/microservices';
import { of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure, replies, reply } from './support/calls.js';
import { CollectingLogger } from './support/collecting-logger.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

class OutOfStock extends Error {}

@Catch(OutOfStock)
class OutOfStockFilter {
  catch(exception: OutOfStock, host: ArgumentsHost) {
    const asked: unknown = host.switchToRpc().getData();
    return throwError(() => ({ code: 'OUT_OF_STOCK', reason: exception.message, asked }));
  }
}

@Catch(OutOfStock)
class ReplacementFilter {
  catch() {
    return of('something else instead');
  }
}

@Catch(RpcException)
class RenamingFilter extends BaseRpcExceptionFilter {
  override catch(exception: RpcException, host: ArgumentsHost) {
    return super.catch(new RpcException(`renamed: ${exception.message}`), host);
  }
}

@Controller()
class FailingController {
  @MessagePattern('rpc/string')
  string() {
    throw new RpcException('no such order');
  }

  @MessagePattern('rpc/object')
  object() {
    throw new RpcException({ code: 404, message: 'no such order', details: { order: 7 } });
  }

  @MessagePattern('rpc/promise')
  async promise() {
    return Promise.reject(new RpcException('no such order'));
  }

  @MessagePattern('rpc/observable')
  observable() {
    return throwError(() => new RpcException('no such order'));
  }

  @MessagePattern('plain')
  plain() {
    throw new Error('a secret of the service');
  }

  @MessagePattern('http')
  http() {
    throw new ForbiddenException('not yours');
  }

  @MessagePattern('string')
  bareString() {
    return throwError(() => 'just text');
  }

  @UseFilters(OutOfStockFilter)
  @MessagePattern('filter/error')
  filtered() {
    throw new OutOfStock('three left');
  }

  @UseFilters(ReplacementFilter)
  @MessagePattern('filter/value')
  replaced() {
    throw new OutOfStock('three left');
  }

  @UseFilters(RenamingFilter)
  @MessagePattern('filter/rpc')
  renamed() {
    throw new RpcException('no such order');
  }

  @MessagePattern('fine')
  fine() {
    return 'fine';
  }
}

const parts = { controllers: [FailingController] };
const NO_SUCH_ORDER = { status: 'error', message: 'no such order' };
const INTERNAL = { status: 'error', message: 'Internal server error' };

describe.each(pairings)('errors of handlers, $name', (pairing) => {
  it.each([
    ['an RpcException with a string', 'rpc/string', NO_SUCH_ORDER],
    [
      'an RpcException with an object',
      'rpc/object',
      { code: 404, message: 'no such order', details: { order: 7 } },
    ],
    ['a rejected promise', 'rpc/promise', NO_SUCH_ORDER],
    ['an observable that errors', 'rpc/observable', NO_SUCH_ORDER],
    ['any other error, without its text', 'plain', INTERNAL],
    ['an HTTP exception', 'http', INTERNAL],
    ['an observable that errors with text', 'string', INTERNAL],
    ['a filter', 'filter/error', { code: 'OUT_OF_STOCK', reason: 'three left', asked: { of: 7 } }],
    [
      'a filter of RpcException',
      'filter/rpc',
      { status: 'error', message: 'renamed: no such order' },
    ],
  ])('reach the caller as the stock ones do: %s', async (_, pattern, expected) => {
    const { client } = await converse(pairing, parts);

    expect(await failure(client.send(pattern, { of: 7 }))).toEqual(expected);
    expect(await reply(client.send('fine', {}))).toBe('fine');
  });

  it('may be turned into a value by a filter', async () => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send('filter/value', {}))).toEqual(['something else instead']);
  });

  it('are logged by the service when they are not RpcExceptions', async () => {
    const logger = new CollectingLogger();
    const { client } = await converse(pairing, { ...parts, logger });
    await failure(client.send('rpc/string', {}));
    await failure(client.send('plain', {}));

    expect(logger.errors).toEqual(['Error: a secret of the service']);
  });
});

describe.each(pairings)('a pattern without a handler, $name', (pairing) => {
  it.each([
    ['a string', 'unknown'],
    ['a number', 404],
    ['an object', { cmd: 'неизвестно' }],
  ])('fails with the stock text: %s', async (_, pattern) => {
    const { client } = await converse(pairing, parts);

    expect(await failure(client.send(pattern, {}))).toBe(
      'There is no matching message handler defined in the remote service.',
    );
    expect(await reply(client.send('fine', {}))).toBe('fine');
  });
});
