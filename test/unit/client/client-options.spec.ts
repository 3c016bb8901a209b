import { describe, expect, it } from 'vitest';
import { resolveClientOptions } from '../../../lib/client/client-options.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';

function problemsOf(options: unknown): string {
  try {
    resolveClientOptions(options);
  } catch (error) {
    expect(error).toBeInstanceOf(SocketPoolError);
    expect((error as SocketPoolError).code).toBe('INVALID_OPTIONS');
    return (error as SocketPoolError).message;
  }
  throw new Error('the options should have been refused');
}

describe('the options of a client', () => {
  it('default to what Nest’s TCP client defaults to', () => {
    const { pool, connectsOnDemand, startsEagerly } = resolveClientOptions(undefined);
    expect(pool.endpoints).toEqual(['tcp://localhost:3000']);
    expect({ connectsOnDemand, startsEagerly }).toEqual({
      connectsOnDemand: true,
      startsEagerly: false,
    });
  });

  it.each([
    [{ host: '10.0.0.1', port: 4000 }, 'tcp://10.0.0.1:4000'],
    [{ host: '::1', port: 4000 }, 'tcp://[::1]:4000'],
    [{ port: 4000, tlsOptions: {} }, 'tls://localhost:4000'],
  ])('make an endpoint of the stock names: %j', (options, address) => {
    expect(resolveClientOptions(options).pool.endpoints).toEqual([address]);
  });

  it('take endpoints as they are', () => {
    const endpoints = ['tcp://10.0.0.1:4000', 'unix:/run/orders.sock'];
    expect(resolveClientOptions({ endpoints }).pool.endpoints).toEqual(endpoints);
  });

  it('need no endpoints beside a discovery', () => {
    const discovery = { name: 'none', watch: () => () => {} };
    const { pool } = resolveClientOptions({ discovery });
    expect(pool).toMatchObject({ endpoints: [], discovery });
  });

  it('give the bounds of the stock client to the limits that mean the same', () => {
    const { pool } = resolveClientOptions({ maxBufferSize: 5_000, incompleteMessageTimeout: 700 });
    expect(pool.limits?.maxMessageBytes).toBe(5_000);
    expect(pool.messageTimeoutMs).toBe(700);
  });

  it('reach the pool, groups included', () => {
    const { pool } = resolveClientOptions({
      name: 'orders',
      deadlineMs: 100,
      heartbeat: false,
      pool: { maxConnections: 2 },
      whenUnavailable: 'fail',
    });
    expect(pool).toMatchObject({
      name: 'orders',
      deadlineMs: 100,
      heartbeat: false,
      whenUnavailable: 'fail',
      pool: { minConnections: 1, maxConnections: 2 },
    });
  });

  it('do not pass on what only the client understands', () => {
    const { pool } = resolveClientOptions({ whenUnavailable: 'connect', startTimeoutMs: 5 });
    expect(pool.whenUnavailable).toBe('wait');
    expect(Object.keys(pool)).not.toContain('startTimeoutMs');
    expect(Object.keys(pool)).not.toContain('host');
  });
});

describe('bad options of a client', () => {
  it('are listed in one error', () => {
    const message = problemsOf({
      host: '',
      port: 70_000,
      deadlineMs: 'soon',
      pool: { minConnections: 9, maxConnections: 3, sise: 1 },
      serializer: {},
      speed: 'fast',
    });
    expect(message).toContain('port: 70000 is not a whole number from 1 to 65535');
    expect(message).toContain("deadlineMs: 'soon' is not a number of milliseconds");
    expect(message).toContain('pool.minConnections: 9 is more than pool.maxConnections, 3');
    expect(message).toContain('pool.sise: there is no such option');
    expect(message).toContain('serializer: an object is not an object with a method `serialize`');
    expect(message).toContain('speed: there is no such option');
    expect(message).toContain("host: '' is not a host name or an IP address");
  });

  it('name the client when it has a name', () => {
    expect(problemsOf({ name: 'orders', port: 0 })).toContain("for the client 'orders'");
  });

  it.each([
    [{ host: 'a b' }, "host: 'a b' is not a host name or an IP address"],
    [
      { socketClass: class {} },
      'socketClass: a function is not supported: the address of an endpoint',
    ],
    [{ maxSendBufferSize: 1 }, 'maxSendBufferSize: 1 is not supported: what may wait to be sent'],
    [{ maxBufferSize: 1 }, 'maxBufferSize: 1 is not a whole number of bytes'],
    [
      { incompleteMessageTimeout: 0 },
      'incompleteMessageTimeout: 0 is not a number of milliseconds',
    ],
    [{ maxBufferSize: 5_000, limits: { maxMessageBytes: 5_000 } }, 'it is another name of'],
    [{ incompleteMessageTimeout: 50, messageTimeoutMs: 50 }, 'it is another name of'],
    [{ endpoints: ['tcp://a:1'], port: 1 }, 'they are for a client without `endpoints`'],
    [{ endpoints: [] }, 'endpoints: there is none'],
    [{ endpoints: ['a:1'] }, "endpoints: ['a:1'] is not an array of addresses"],
    [{ endpoints: ['tcp://a:1'], discovery: { watch() {} } }, 'discovery: it finds the endpoints'],
    [{ endpoints: ['tcp://a:1'], tlsOptions: {} }, 'tcp://a:1 is not encrypted; write tls://'],
    ['tcp://a:1', "options: 'tcp://a:1' is not an object of options"],
    [null, 'options: null is not an object of options'],
  ])('say what is wrong: %j', (options, sentence) => {
    expect(problemsOf(options)).toContain(sentence);
  });
});
