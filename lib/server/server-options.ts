import type { ConsumerDeserializer, ConsumerSerializer } from '@nestjs/microservices';
import type { TlsOptions } from 'node:tls';
import { readListenAddresses } from '../acceptor/acceptor-addresses.js';
import { acceptorOptionTable, checkAcceptorOptions } from '../acceptor/acceptor-options.js';
import type { AcceptorSetup } from '../acceptor/create-acceptor.js';
import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { count, custom, optionalGroup, resolveOptions } from '../common/options.js';
import { hasMethod, isObject, notSupported, stockName } from '../common/stock-options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import { dedupOptionTable } from './dedup-options.js';
import type { Metadata } from '../protocol/frame.js';
import { isMetadata } from '../protocol/metadata.js';

/** Everything a server may be configured with: where it listens, the options of its acceptor, and the names of Nest's TCP server. */
export const serverOptionTable = {
  listen: custom<string | readonly string[] | undefined>({
    default: undefined,
    unit: 'addresses',
    expected:
      'an address such as tcp://0.0.0.0:4000, tls://0.0.0.0:4000 or unix:/run/orders.sock, or an array of them',
    description: 'Where to listen; in place of `host` and `port`.',
    accepts: (value) => typeof value === 'string' || (Array.isArray(value) && value.length > 0),
  }),
  host: custom<string>({
    default: 'localhost',
    unit: 'text',
    expected: 'a host name or an IP address',
    description: 'The host to listen at, when `listen` is not given.',
    accepts: (value) => typeof value === 'string' && value.length > 0,
  }),
  port: count(
    { default: 3_000, min: 0, max: 65_535 },
    'The port to listen at, when `listen` is not given; 0 lets the system choose.',
  ),
  tlsOptions: custom<TlsOptions | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object of options for tls.createServer',
    description:
      'Key, certificate and, with `requestCert`, whom to trust, as Node’s `tls.createServer` takes them.',
    accepts: isObject,
  }),
  metadata: custom<Metadata | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object',
    description: 'Told to every client in the hello: instance name, version, zone.',
    accepts: isMetadata,
  }),
  serializer: custom<ConsumerSerializer | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with a method `serialize`',
    description: 'Makes what travels of a reply, as in Nest’s TCP server.',
    accepts: hasMethod('serialize'),
  }),
  deserializer: custom<ConsumerDeserializer | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with a method `deserialize`',
    description: 'Makes a packet of what travelled, as in Nest’s TCP server.',
    accepts: hasMethod('deserialize'),
  }),
  dedup: optionalGroup(
    dedupOptionTable,
    'Runs a call once for each idempotency key, and answers repeats with the first result.',
  ),
  ...acceptorOptionTable,
  maxBufferSize: stockName(
    acceptorOptionTable.limits.table.maxMessageBytes,
    'limits.maxMessageBytes',
    'counted in bytes here',
  ),
  incompleteMessageTimeout: stockName(
    acceptorOptionTable.messageTimeoutMs,
    'messageTimeoutMs',
    'counted from the first byte of a message here',
  ),
  maxSendBufferSize: stockName(
    acceptorOptionTable.slowReader.table.maxPendingBytes,
    'slowReader.maxPendingBytes',
    'for each connection',
  ),
  retryAttempts: notSupported('a listener that cannot be bound is an error of the start'),
  retryDelay: notSupported('a listener that cannot be bound is an error of the start'),
  socketClass: notSupported('the address decides how bytes move (tcp://, tls://, unix:)'),
};

/** The options of a {@link SocketPoolServer}. */
export type SocketPoolServerOptions = OptionsInput<typeof serverOptionTable>;
export type ServerOptions = ResolvedOptions<typeof serverOptionTable>;

/** What a server needs to know, once its options were found to be in order. */
export interface ServerSetup {
  readonly addresses: AcceptorSetup['addresses'];
  readonly options: ServerOptions;
}

/**
 * Reads the options of a server.
 *
 * @throws SocketPoolError `INVALID_OPTIONS` that lists every problem
 */
export function resolveServerOptions(input: unknown): ServerSetup {
  const problems: string[] = [];
  const given = (isObject(input) ? input : {}) as SocketPoolServerOptions;
  const options = withStockNames(resolveOptions(serverOptionTable, input ?? {}, problems));
  checkAcceptorOptions(options, problems);
  if (given.listen !== undefined && (given.host !== undefined || given.port !== undefined))
    problems.push('host, port: they are for a server without `listen`');
  const hasTls = options.tlsOptions !== undefined;
  const addresses = readListenAddresses(textsOf(options), hasTls, problems);
  if (problems.length > 0) throw invalidOptionsError('SocketPoolServer', problems);
  return { addresses, options };
}

function withStockNames(options: ServerOptions): ServerOptions {
  const { maxBufferSize, incompleteMessageTimeout, maxSendBufferSize } = options;
  return {
    ...options,
    limits: { ...options.limits, maxMessageBytes: maxBufferSize ?? options.limits.maxMessageBytes },
    messageTimeoutMs: incompleteMessageTimeout ?? options.messageTimeoutMs,
    slowReader: {
      ...options.slowReader,
      maxPendingBytes: maxSendBufferSize ?? options.slowReader.maxPendingBytes,
    },
  };
}

function textsOf({ listen, host, port, tlsOptions }: ServerOptions): readonly string[] {
  if (listen !== undefined) return typeof listen === 'string' ? [listen] : listen;
  const scheme = tlsOptions === undefined ? 'tcp' : 'tls';
  return [`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`];
}
