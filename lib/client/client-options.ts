import type { ProducerDeserializer, ProducerSerializer } from '@nestjs/microservices';
import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import {
  choice,
  count,
  custom,
  durationMs,
  printValue,
  resolveOptions,
  switchableGroup,
} from '../common/options.js';
import { hasMethod, isObject, notSupported, stockName } from '../common/stock-options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { PoolOptionsInput } from '../pool/pool-options.js';
import { checkPoolOptions, poolOptionTable } from '../pool/pool-options.js';
import type { InheritOptions } from './inheritance.js';
import { inheritOptionTable } from './inheritance.js';

const MAX_START_TIMEOUT_MS = 3_600_000;

const { hooks: hooksRule, ...publicPoolOptions } = poolOptionTable;
void hooksRule;

/** Everything a client may be configured with: the options of its pool, and the names of Nest's TCP client. */
export const clientOptionTable = {
  ...publicPoolOptions,
  host: custom<string>({
    default: 'localhost',
    unit: 'text',
    expected: 'a host name or an IP address',
    description: 'The host of the service, when no `endpoints` are given.',
    accepts: (value) => typeof value === 'string' && value.length > 0,
  }),
  port: count(
    { default: 3_000, min: 1, max: 65_535 },
    'The port of the service, when no `endpoints` are given.',
  ),
  whenUnavailable: choice(
    ['connect', 'wait', 'fail'],
    'connect',
    'What a call does when no connection can take it: connect at once and fail when that fails, as Nest’s TCP client does; wait for `acquireTimeoutMs` while the pool reconnects by its backoff; or fail as soon as no endpoint is left that is connecting.',
  ),
  startTimeoutMs: durationMs(
    { default: 0, min: 0, max: MAX_START_TIMEOUT_MS },
    'With `start: eager`: how long the start of the application waits for the first connection. It goes on when the time is over; 0 does not wait.',
  ),
  inherit: switchableGroup(
    inheritOptionTable,
    'What calls take over that are made inside a handler; `false` for nothing.',
  ),
  serializer: custom<ProducerSerializer | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with a method `serialize`',
    description: 'Makes what travels of a packet, as in Nest’s TCP client.',
    accepts: hasMethod('serialize'),
  }),
  deserializer: custom<ProducerDeserializer | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with a method `deserialize`',
    description: 'Makes a packet of what travelled, as in Nest’s TCP client.',
    accepts: hasMethod('deserialize'),
  }),
  maxBufferSize: stockName(
    poolOptionTable.limits.table.maxMessageBytes,
    'limits.maxMessageBytes',
    'counted in bytes here',
  ),
  incompleteMessageTimeout: stockName(
    poolOptionTable.messageTimeoutMs,
    'messageTimeoutMs',
    'counted from the first byte of a message here',
  ),
  maxSendBufferSize: notSupported(
    'what may wait to be sent is bounded by `maxInFlight` and `limits.maxMessageBytes`',
  ),
  socketClass: notSupported(
    'the address of an endpoint decides how bytes move (tcp://, tls://, unix:)',
  ),
};

/** The options of a {@link SocketPoolClient} that makes its own pool. */
export type SocketPoolClientOptions = OptionsInput<typeof clientOptionTable>;
type ClientOptions = ResolvedOptions<typeof clientOptionTable>;

/** What a client needs to know, once its options were found to be in order. */
export interface ClientSetup {
  readonly pool: PoolOptionsInput;
  readonly inherit: InheritOptions | false;
  readonly connectsOnDemand: boolean;
  readonly startsEagerly: boolean;
  readonly startTimeoutMs: number;
}

/**
 * Reads the options of a client.
 *
 * @throws SocketPoolError `INVALID_OPTIONS` that lists every problem
 */
export function resolveClientOptions(input: unknown): ClientSetup {
  const problems: string[] = [];
  const given = (isObject(input) ? input : {}) as SocketPoolClientOptions;
  if (input !== undefined && !isObject(input)) {
    problems.push(`options: ${printValue(input)} is not an object of options`);
  }
  const options = resolveOptions(clientOptionTable, given, problems);
  const pool = toPoolOptions(options, given, problems);
  if (problems.length > 0) throw invalidOptionsError(componentOf(given), problems);
  return {
    pool,
    inherit: options.inherit,
    connectsOnDemand: options.whenUnavailable === 'connect',
    startsEagerly: options.start === 'eager',
    startTimeoutMs: options.startTimeoutMs,
  };
}

function componentOf({ name }: SocketPoolClientOptions): string {
  return typeof name === 'string' ? `the client ${printValue(name)}` : 'SocketPoolClient';
}

function toPoolOptions(
  options: ClientOptions,
  given: SocketPoolClientOptions,
  problems: string[],
): PoolOptionsInput {
  checkStockNames(given, problems);
  const { maxBufferSize, incompleteMessageTimeout, whenUnavailable } = options;
  const endpoints = endpointsOf(options, given, problems);
  const limits = { ...options.limits };
  if (maxBufferSize !== undefined) limits.maxMessageBytes = maxBufferSize;
  const shared = Object.keys(publicPoolOptions) as (keyof typeof publicPoolOptions)[];
  const pool = {
    ...Object.fromEntries(shared.map((name) => [name, options[name]])),
    endpoints,
    limits,
    messageTimeoutMs: incompleteMessageTimeout ?? options.messageTimeoutMs,
    whenUnavailable: whenUnavailable === 'fail' ? 'fail' : 'wait',
  } as ClientOptions & { whenUnavailable: 'fail' | 'wait'; hooks: undefined };
  checkPoolOptions(pool, problems);
  return pool;
}

function endpointsOf(
  options: ClientOptions,
  given: SocketPoolClientOptions,
  problems: string[],
): readonly string[] {
  const { discovery, endpoints, host, port, tlsOptions } = options;
  const hasOwn = given.endpoints !== undefined || given.discovery !== undefined;
  if (hasOwn) {
    if (given.host !== undefined || given.port !== undefined) {
      problems.push('host, port: they are for a client without `endpoints` and `discovery`');
    }
    if (given.endpoints !== undefined && discovery !== undefined) {
      problems.push(
        'discovery: it finds the endpoints, so that `endpoints` cannot be given as well',
      );
    }
    checkEncryption(options, problems);
    return endpoints;
  }
  const scheme = tlsOptions === undefined ? 'tcp' : 'tls';
  const address = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (poolOptionTable.endpoints.accepts([address])) return [address];
  problems.push(`host: ${printValue(host)} is not a host name or an IP address`);
  return [];
}

/** Certificates beside an address that ignores them would be a trap. */
function checkEncryption({ endpoints, tlsOptions }: ClientOptions, problems: string[]): void {
  if (tlsOptions === undefined) return;
  const plain = endpoints.filter((address) => /^(tcp|dns|srv):/.test(address));
  if (plain.length === 0) return;
  const better = plain.some((address) => !address.startsWith('tcp:'))
    ? 'dns+tls:// or srv+tls:// instead of dns:// or srv://'
    : 'tls:// instead of tcp://';
  problems.push(`tlsOptions: ${plain.join(', ')} is not encrypted; write ${better}`);
}

function checkStockNames(given: SocketPoolClientOptions, problems: string[]): void {
  if (given.maxBufferSize !== undefined && given.limits?.maxMessageBytes !== undefined) {
    problems.push(
      'maxBufferSize: it is another name of `limits.maxMessageBytes`, which is given too',
    );
  }
  if (given.incompleteMessageTimeout !== undefined && given.messageTimeoutMs !== undefined) {
    problems.push(
      'incompleteMessageTimeout: it is another name of `messageTimeoutMs`, which is given too',
    );
  }
}
