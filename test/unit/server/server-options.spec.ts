import { describe, expect, it } from 'vitest';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { resolveServerOptions } from '../../../lib/server/server-options.js';

const addressesOf = (input: object) =>
  resolveServerOptions(input).addresses.map((address) =>
    address.kind === 'unix' ? address.path : `${address.kind} ${address.host} ${address.port}`,
  );

function problemsOf(input: unknown): string {
  try {
    resolveServerOptions(input);
  } catch (error) {
    expect(error).toBeInstanceOf(SocketPoolError);
    expect((error as SocketPoolError).code).toBe('INVALID_OPTIONS');
    return (error as SocketPoolError).message;
  }
  throw new Error('they should not have been accepted');
}

describe('where a server listens', () => {
  it.each([
    [{}, ['tcp localhost 3000']],
    [undefined as never, ['tcp localhost 3000']],
    [{ host: '::1', port: 4000 }, ['tcp ::1 4000']],
    [{ port: 4000, tlsOptions: {} }, ['tls localhost 4000']],
    [{ listen: 'unix:/run/x.sock' }, ['/run/x.sock']],
    [
      { listen: ['tcp://0.0.0.0:1', 'tls://[::]:2', 'unix:/x'], tlsOptions: {} },
      ['tcp 0.0.0.0 1', 'tls :: 2', '/x'],
    ],
  ])('is said by host and port, or by addresses: %j', (input, expected) => {
    expect(addressesOf(input)).toEqual(expected);
  });

  it.each([
    [{ listen: 'localhost:4000' }, /listen: 'localhost:4000' is not an address such as/],
    [{ listen: [] }, /listen: \[\] is not/],
    [{ listen: ['tcp://a:1', 'tcp://a:1'] }, /given twice/],
    [{ listen: 'tcp://a:1', port: 2 }, /host, port: they are for a server without `listen`/],
    [{ listen: 'tls://a:1' }, /tlsOptions: needed for tls:\/\/a:1/],
    [{ listen: 'tcp://a:1', tlsOptions: {} }, /tlsOptions: given, but no address/],
    [{ port: 70_000 }, /port: 70000 is not a whole number from 0 to 65535/],
  ])('is refused with the reason: %j', (input, expected) => {
    expect(problemsOf(input)).toMatch(expected);
  });
});

describe('options of a server', () => {
  it('that are wrong are all told at once', () => {
    const text = problemsOf({
      port: 'x',
      maxConnections: 0,
      limits: { maxMessageBytes: -1 },
      heartbeat: { misses: 1.5 },
      serializer: {},
      retryAttempts: 5,
      tyop: 1,
    });

    expect(text).toMatch(/^7 options are not usable for SocketPoolServer:/);
    for (const name of [
      'port: ',
      'maxConnections: ',
      'limits.maxMessageBytes: ',
      'heartbeat.misses: ',
      'serializer: ',
      'retryAttempts: ',
      'tyop: ',
    ])
      expect(text).toContain(`- ${name}`);
  });

  it('of the stock transport are taken under their names where they mean something', () => {
    const { options } = resolveServerOptions({
      maxBufferSize: 2_000_000,
      incompleteMessageTimeout: 5_000,
      maxSendBufferSize: 3_000_000,
    });

    expect(options.limits.maxMessageBytes).toBe(2_000_000);
    expect(options.messageTimeoutMs).toBe(5_000);
    expect(options.slowReader.maxPendingBytes).toBe(3_000_000);
  });

  it.each(['retryAttempts', 'retryDelay', 'socketClass'])(
    'of the stock transport that mean nothing here are refused: %s',
    (name) => {
      expect(problemsOf({ [name]: 1 })).toContain(`${name}: 1 is not supported`);
    },
  );

  it('that contradict each other are refused', () => {
    expect(problemsOf({ maxBufferedBytes: 1024 * 1024 })).toMatch(
      /maxBufferedBytes: 1048576 is less than limits.maxMessageBytes/,
    );
    expect(problemsOf({ maxSendBufferSize: 2048 })).toMatch(
      /slowReader.maxPendingBytes: 2048 is less than slowReader.highWaterBytes/,
    );
  });

  it('leave the dedup window off until it is asked for', () => {
    expect(resolveServerOptions({}).options.dedup).toBe(false);
    expect(resolveServerOptions({ dedup: { windowMs: 500 } }).options.dedup).toEqual({
      windowMs: 500,
      maxEntries: 10_000,
      maxBytes: 16 * 1024 * 1024,
    });
    expect(problemsOf({ dedup: { windowMs: 1 } })).toMatch(/dedup.windowMs: 1 is not/);
  });

  it('are not what is no object', () => {
    expect(problemsOf('tcp://localhost:3000')).toMatch(/is not an object of options/);
  });
});
