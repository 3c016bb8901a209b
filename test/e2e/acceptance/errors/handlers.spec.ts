import { Controller } from '@nestjs/common';
import { MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { Observable, range } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { SocketPoolClientOptions } from '../../../../lib/client/client-options.js';
import type { SocketPoolServerOptions } from '../../../../lib/server/server-options.js';
import { expectFailure } from '../support/failure.js';
import { NestService } from '../support/nest-service.js';

const KIBIBYTE = 1024;
let ran = 0;

@Controller()
class TroubleController {
  @MessagePattern('echo')
  echo(@Payload() value: unknown): unknown {
    ran++;
    return value;
  }

  @MessagePattern('fail')
  fail(): never {
    throw new RpcException({ status: 404, message: 'no such order' });
  }

  @MessagePattern('bigint')
  bigint(): unknown {
    return { amount: 1n };
  }

  @MessagePattern('large')
  large(@Payload() bytes: number): string {
    return 'x'.repeat(bytes);
  }

  @MessagePattern('flood')
  flood(): Observable<number> {
    return range(1, 100_000);
  }
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function cycle(): unknown {
  const values: unknown[] = [];
  values.push(values);
  return values;
}

async function startClient(
  options: { server?: SocketPoolServerOptions; client?: SocketPoolClientOptions } = {},
) {
  ran = 0;
  const service = await NestService.start({
    controllers: [TroubleController],
    options: options.server,
  });
  return service.client({ name: 'orders', ...options.client });
}

const REMOTE = { retryable: false, origin: 'remote' } as const;
const LOCAL = { retryable: false, origin: 'local' } as const;

describe('NO_HANDLER', () => {
  it('says so in the words of Nest', async () => {
    const client = await startClient();
    await expectFailure(client.request('nowhere', 1), {
      code: 'NO_HANDLER',
      processed: 'no',
      ...REMOTE,
      message: /There is no matching message handler defined in the remote service/,
    });
  });
});

describe('HANDLER_FAILED', () => {
  it('has what the handler threw as its cause', async () => {
    const error = await expectFailure((await startClient()).request('fail', 1), {
      code: 'HANDLER_FAILED',
      processed: 'yes',
      ...REMOTE,
      message: /no such order/,
    });
    expect(error.cause).toEqual({ status: 404, message: 'no such order' });
  });
});

describe('BAD_PAYLOAD', () => {
  it('says what the server cannot decode', async () => {
    const client = await startClient();
    await expectFailure(client.request('echo', deep(2_000)), {
      code: 'BAD_PAYLOAD',
      processed: 'no',
      ...REMOTE,
      message: /deeper than 1024/,
    });
    expect(ran).toBe(0);
    await expect(client.request('echo', 'on the same connection')).resolves.toBeDefined();
  });
});

describe('UNSERIALIZABLE_PAYLOAD', () => {
  it.each([
    ['a BigInt', { amount: 1n }, /BigInt/],
    ['a cycle', cycle(), /circular/],
  ])('says what cannot be encoded: %s', async (_, value, message) => {
    await expectFailure((await startClient()).request('echo', value), {
      code: 'UNSERIALIZABLE_PAYLOAD',
      processed: 'no',
      ...LOCAL,
      message,
    });
  });

  it('says what is missing', async () => {
    await expectFailure((await startClient()).request('echo', undefined), {
      code: 'UNSERIALIZABLE_PAYLOAD',
      processed: 'no',
      ...LOCAL,
      message: /the data of a call cannot be undefined or null/,
    });
  });
});

describe('UNSERIALIZABLE_REPLY', () => {
  it('says what of the reply cannot be encoded', async () => {
    await expectFailure((await startClient()).request('bigint', 1), {
      code: 'UNSERIALIZABLE_REPLY',
      processed: 'yes',
      ...REMOTE,
      message: /BigInt/,
    });
  });
});

describe('MESSAGE_TOO_LARGE', () => {
  const tooLarge = { code: 'MESSAGE_TOO_LARGE', processed: 'no', retryable: false } as const;

  it('names size and limit, and leaves the connection alone', async () => {
    const client = await startClient({ server: { limits: { maxMessageBytes: 4 * KIBIBYTE } } });
    await expectFailure(client.request('echo', 'x'.repeat(8 * KIBIBYTE)), {
      ...tooLarge,
      message: /[\d ]{4,} bytes.* 4096 bytes/,
    });
    expect(ran).toBe(0);
    await expect(client.request('echo', 1)).resolves.toBe(1);
    expect(client.pool.snapshot().connects.established).toBe(1);
  });
});

describe('REPLY_TOO_LARGE', () => {
  it('names size and limit', async () => {
    const client = await startClient({ client: { limits: { maxMessageBytes: 4 * KIBIBYTE } } });
    await expectFailure(client.request('large', 8 * KIBIBYTE), {
      code: 'REPLY_TOO_LARGE',
      processed: 'yes',
      ...REMOTE,
      message: /[\d ]{4,} bytes.* 4096 bytes/,
    });
    await expect(client.request('large', 10)).resolves.toHaveLength(10);
  });
});

describe('STREAM_OVERFLOW', () => {
  it('says how far the handler ran ahead of its reader', async () => {
    const client = await startClient({
      server: { maxStreamBufferBytes: 64 * KIBIBYTE },
      client: { initialCreditBytes: 4 * KIBIBYTE },
    });
    const values = client.stream<number>('flood', 1)[Symbol.asyncIterator]();
    await values.next();
    const all = async (): Promise<void> => {
      while ((await values.next()).done !== true);
    };
    await expectFailure(all(), {
      code: 'STREAM_OVERFLOW',
      processed: 'yes',
      ...REMOTE,
      message: /more than 65536 bytes ahead of its reader/,
    });
  });
});
