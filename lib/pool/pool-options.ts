import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import {
  choice,
  count,
  custom,
  durationMs,
  group,
  optionalGroup,
  printValue,
  ratio,
  switchableGroup,
} from '../common/options.js';
import { connectionOptionTable } from '../connection/connection-options.js';
import { poolHeartbeatOptionTable } from './pool-heartbeat-options.js';
import type { Discovery } from '../discovery/discovery.js';
import { dnsLookupOptionTable } from '../discovery/dns-options.js';
import { checkPolling } from '../discovery/polling-options.js';
import { isEndpointAddress } from './endpoint-address.js';
import { DIALER_OPTIONS } from '../link/link-options.js';
import type { PacketHooks } from '../protocol/dialect.js';
import type { Metadata } from '../protocol/frame.js';
import { breakerOptionTable, checkBreaker } from './breaker-options.js';
import { checkEjection, ejectionOptionTable } from './ejection-options.js';
import { checkRetryOptions, hedgeOptionTable, retryOptionTable } from './retry-options.js';
import { balancingOptionTable, checkBalancing } from './balancing-options.js';

const MAX_DURATION_MS = 2 ** 31 - 1;
const HOUR_MS = 3_600_000;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** How many connections each endpoint has, and how long they live. */
export const sizingOptionTable = {
  minConnections: count(
    { default: 1, min: 0, max: 10_000 },
    'Connections kept open to each endpoint, also when idle.',
  ),
  maxConnections: count(
    { default: 4, min: 1, max: 10_000 },
    'The most connections to each endpoint.',
  ),
  maxTotalConnections: count(
    { default: 10_000, min: 1, max: 1_000_000 },
    'The most connections to all endpoints together.',
  ),
  highWatermark: count(
    { default: 1_000, min: 1, max: 1_000_000 },
    'Calls in flight per connection above which one more connection is opened.',
  ),
  lowWatermark: count(
    { default: 100, min: 0, max: 1_000_000 },
    'Calls in flight per remaining connection below which one connection is retired. Must be less than `highWatermark`.',
  ),
  idleTimeoutMs: durationMs(
    { default: 30_000, min: 100, max: MAX_DURATION_MS },
    'How long a connection above the minimum may be without a call before it is retired.',
  ),
  lifetimeMs: durationMs(
    { default: 30 * 60_000, min: 100, max: 2 * HOUR_MS },
    'How old a connection may grow; then it is replaced, without a failed call.',
  ),
  lifetimeJitterRatio: ratio(
    { default: 0.1, min: 0, max: 0.5 },
    'How far lifetimes differ, up and down, so that connections do not all expire at once.',
  ),
};

export const reconnectOptionTable = {
  initialBackoffMs: durationMs(
    { default: 1_000, min: 10, max: HOUR_MS },
    'The wait after the first failed attempt, before jitter; it doubles with each further one.',
  ),
  maxBackoffMs: durationMs(
    { default: 64_000, min: 10, max: HOUR_MS },
    'Where the doubling stops, before jitter.',
  ),
  spreadMs: durationMs(
    { default: 2_000, min: 0, max: HOUR_MS },
    'The window over which first attempts to replace lost connections are spread; one window for each connection lost.',
  ),
};

/** Everything a pool may be configured with. */
export const poolOptionTable = {
  name: custom<string>({
    default: 'default',
    unit: 'text',
    expected: 'a text of 1 to 100 characters',
    description: 'Names the pool in logs, errors, health and metrics.',
    accepts: (value) => typeof value === 'string' && value.length > 0 && value.length <= 100,
  }),
  endpoints: custom<readonly string[]>({
    default: [],
    unit: 'addresses',
    expected:
      'an array of addresses such as tcp://10.0.0.1:4000, tls://orders:4000, srv://_orders._tcp.internal or unix:/run/orders.sock',
    description: 'The addresses of the instances of the service, or names that stand for them.',
    accepts: (value) => Array.isArray(value) && value.every((each) => isEndpointAddress(each)),
  }),
  dns: switchableGroup(
    dnsLookupOptionTable,
    'How the names in `endpoints` are looked up. `false` leaves the names of hosts to each connect.',
  ),
  discovery: custom<Discovery | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with a method `watch`',
    description: 'Where endpoints come from, in place of `endpoints`.',
    accepts: (value) =>
      isObject(value) && typeof (value as { watch?: unknown }).watch === 'function',
  }),
  dialect: choice(
    ['binary', 'nest-tcp'],
    'binary',
    'What is spoken: our binary dialect, or that of Nest’s TCP transport.',
  ),
  deadlineMs: durationMs(
    { default: 30_000, min: 0, max: MAX_DURATION_MS },
    'How long a call may take in all, unless it says otherwise; 0 sets no limit.',
  ),
  connectTimeoutMs: durationMs(
    { default: 1_000, min: 1, max: HOUR_MS },
    'How long establishing a connection may take: link, TLS and handshake together.',
  ),
  acquireTimeoutMs: durationMs(
    { default: 5_000, min: 1, max: HOUR_MS },
    'How long a call may wait for a connection.',
  ),
  maxWaiters: count(
    { default: 10_000, min: 0, max: 10_000_000 },
    'The most calls that may wait for a connection at once.',
  ),
  maxInFlight: count(
    { default: 100_000, min: 1, max: 10_000_000 },
    'The most calls in flight on all connections together.',
  ),
  maxAttempts: count(
    { default: 3, min: 1, max: 10 },
    'How often a call may be sent in all, retries and hedges included; 1 sends nothing again.',
  ),
  retry: group(retryOptionTable, 'What is sent again, how soon and how often.'),
  hedge: optionalGroup(
    hedgeOptionTable,
    'Sends a call that may run twice, and takes longer than nearly all of its pattern, to a second endpoint as well; the first answer counts.',
  ),
  whenUnavailable: choice(
    ['wait', 'fail'],
    'wait',
    'What a call does when no connection can take it: wait for `acquireTimeoutMs`, or fail as soon as no endpoint is left that is connecting.',
  ),
  start: choice(
    ['lazy', 'eager'],
    'lazy',
    'When connections are first opened: with the first call, or with the application.',
  ),
  drainTimeoutMs: durationMs(
    { default: 10_000, min: 0, max: HOUR_MS },
    'How long `close()` lets calls in flight finish.',
  ),
  pool: group(sizingOptionTable, 'How many connections each endpoint has, and how long they live.'),
  balancing: group(balancingOptionTable, 'Which endpoint gets a call.'),
  reconnect: group(reconnectOptionTable, 'When a failed or lost connection is tried again.'),
  ejection: switchableGroup(
    ejectionOptionTable,
    'Which endpoints get no calls for a while because they fail; `false` ejects none.',
  ),
  breaker: optionalGroup(
    breakerOptionTable,
    'A circuit breaker for each pattern: calls fail at once while nearly all of their pattern fail anyway. Off by default; `{}` switches it on.',
  ),
  link: group(DIALER_OPTIONS, 'The sockets below.'),
  tlsOptions: custom<TlsOptions | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object of options for tls.connect',
    description:
      'For tls addresses: certificates, names, ciphers, as Node’s `tls.connect` takes them.',
    accepts: isObject,
  }),
  metadata: custom<Metadata | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object',
    description: 'Told to every server in the hello: instance name, version, zone.',
    accepts: isObject,
  }),
  hooks: custom<PacketHooks | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with functions `serialize` and `deserialize`',
    description: 'Custom serialization of whole packets.',
    accepts: isObject,
  }),
  ...connectionOptionTable,
  heartbeat: switchableGroup(
    poolHeartbeatOptionTable,
    'Pings on the business connection; `false` sends none.',
  ),
};

export type PoolOptionsInput = OptionsInput<typeof poolOptionTable>;
export type PoolOptions = ResolvedOptions<typeof poolOptionTable>;

/** How the options of the sizing fit together. */
export function checkSizing(sizing: PoolOptions['pool'], problems: string[]): void {
  const { minConnections, maxConnections, highWatermark, lowWatermark } = sizing;
  if (minConnections > maxConnections) {
    problems.push(
      `pool.minConnections: ${minConnections} is more than pool.maxConnections, ${maxConnections}`,
    );
  }
  if (lowWatermark >= highWatermark) {
    problems.push(
      `pool.lowWatermark: ${lowWatermark} is not less than pool.highWatermark, ${highWatermark}`,
    );
  }
}

/** What a single option cannot know: how options fit together. */
export function checkPoolOptions(options: PoolOptions, problems: string[]): void {
  checkSizing(options.pool, problems);
  checkRetryOptions(options.retry, problems);
  checkBalancing(options.balancing, problems);
  if (options.reconnect.initialBackoffMs > options.reconnect.maxBackoffMs) {
    problems.push(
      `reconnect.initialBackoffMs: ${options.reconnect.initialBackoffMs} is more than reconnect.maxBackoffMs, ${options.reconnect.maxBackoffMs}`,
    );
  }
  if (options.dns !== false) checkPolling(options.dns, problems, 'dns.');
  if (options.breaker !== false) checkBreaker(options.breaker, problems);
  if (options.ejection !== false) checkEjection(options.ejection, problems);
  const isComplained = problems.some((problem) => problem.startsWith('endpoints:'));
  if (options.endpoints.length === 0 && options.discovery === undefined && !isComplained) {
    problems.push('endpoints: there is none, and no discovery to find any');
  }
  if (new Set(options.endpoints).size !== options.endpoints.length) {
    problems.push(
      `endpoints: an address is given twice in ${printValue(options.endpoints.join(', '))}`,
    );
  }
}
