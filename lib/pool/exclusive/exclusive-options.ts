import type { OptionsInput, ResolvedOptions } from '../../common/options.js';
import { choice, count, custom, durationMs, group, resolveOptions } from '../../common/options.js';
import { invalidOptionsError } from '../../errors/socket-pool-error.js';
import { checkPolling } from '../../discovery/polling-options.js';
import type { LinkStream } from '../../link/link-stream.js';
import { poolOptionTable, sizingOptionTable } from '../pool-options.js';
import type { LinkResource } from './link-resource.js';

const MAX_DURATION_MS = 2 ** 31 - 1;
const HOUR_MS = 3_600_000;
const RESOURCE_METHODS = ['create', 'validate', 'reset', 'destroy'] as const;

/** How many links each endpoint has, how long they live, and when they are looked at. */
export const linksOptionTable = {
  minLinks: count(
    { default: 1, min: 0, max: 10_000 },
    'Links kept open to each endpoint, also when nobody leases them; opened in the background.',
  ),
  maxLinks: count(
    { default: 8, min: 1, max: 10_000 },
    'The most links to each endpoint, and so the most leases of it at once.',
  ),
  maxTotalLinks: count(
    { default: 10_000, min: 1, max: 1_000_000 },
    'The most links to all endpoints together.',
  ),
  idleTimeoutMs: durationMs(
    { default: 30_000, min: 100, max: MAX_DURATION_MS },
    'How long a link above the minimum may be without a lease before it is closed.',
  ),
  idleOrder: choice(
    ['lifo', 'fifo'],
    'lifo',
    'Which idle link is leased next: that used last, so that spare ones grow old and go, or that used first, so that all are used alike.',
  ),
  idleData: choice(
    ['close', 'keep'],
    'close',
    'What becomes of an idle link on which bytes arrive: nobody asked for them, and they may be the late answer to a lease that is over. `keep` is for servers that speak unasked.',
  ),
  lifetimeMs: sizingOptionTable.lifetimeMs,
  lifetimeJitterRatio: sizingOptionTable.lifetimeJitterRatio,
  validateAfterIdleMs: durationMs(
    { default: 1_000, min: 0, max: MAX_DURATION_MS },
    'A link that was idle for so long is validated before it is leased; 0 validates before every lease.',
  ),
  keepAliveIntervalMs: durationMs(
    { default: 30_000, min: 0, max: MAX_DURATION_MS },
    'How often a link is validated while it is idle, which keeps it alive on its way, too; 0 never. Exact to a second.',
  ),
};

const { name, endpoints, dns, discovery, connectTimeoutMs, acquireTimeoutMs } = poolOptionTable;
const { start, drainTimeoutMs, reconnect, link, tlsOptions } = poolOptionTable;

/** Everything an exclusive pool may be configured with. */
export const exclusiveOptionTable = {
  name,
  endpoints,
  dns,
  discovery,
  resource: custom<LinkResource<unknown> | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with a function `create`, and perhaps `validate`, `reset` and `destroy`',
    description:
      'Makes a client object of a link, and looks after it. Without it the raw stream is leased.',
    accepts: isResource,
  }),
  connectTimeoutMs: {
    ...connectTimeoutMs,
    description: 'How long opening a link may take: link, TLS and `create` together.',
  },
  acquireTimeoutMs: {
    ...acquireTimeoutMs,
    description: 'How long `acquire` may wait for a link, unless it says otherwise.',
  },
  acquireRetries: count(
    { default: 3, min: 0, max: 1_000 },
    'How many rounds of failed attempts to connect a waiting `acquire` survives while the pool has no link at all; with the next it fails with that failure. 0 fails fast.',
  ),
  maxWaiters: count(
    { default: 10_000, min: 0, max: 10_000_000 },
    'How many may wait for a link at once.',
  ),
  workTimeoutMs: durationMs(
    { default: 1_000, min: 1, max: HOUR_MS },
    'How long `validate`, `reset` and `destroy` may take, each.',
  ),
  leakThresholdMs: durationMs(
    { default: 60_000, min: 0, max: MAX_DURATION_MS },
    'A lease that is held for longer is reported, once, with the stack that took it; 0 never, and takes no stack. Exact to a second.',
  ),
  start,
  drainTimeoutMs: {
    ...drainTimeoutMs,
    description: 'How long `close()` waits for leases to be returned.',
  },
  links: group(linksOptionTable, 'How many links each endpoint has, and how they are kept.'),
  reconnect,
  link,
  tlsOptions,
};

type ExclusiveTable = typeof exclusiveOptionTable;

/** The options as a user writes them; `resource` says what a lease holds. */
export type ExclusivePoolOptionsInput<Resource = LinkStream> = Omit<
  OptionsInput<ExclusiveTable>,
  'resource'
> & { readonly resource?: LinkResource<Resource> };

export type ExclusivePoolOptions = Omit<ResolvedOptions<ExclusiveTable>, 'resource'>;

/**
 * Validates the options.
 *
 * @throws SocketPoolError `INVALID_OPTIONS`, listing every bad one
 */
export function resolveExclusiveOptions(input: unknown): ResolvedOptions<ExclusiveTable> {
  const problems: string[] = [];
  const options = resolveOptions(exclusiveOptionTable, input, problems);
  if (problems.length === 0) checkOptions(options, problems);
  if (problems.length > 0)
    throw invalidOptionsError(`the exclusive pool ${options.name}`, problems);
  return options;
}

/** How the numbers of links fit together. */
export function checkLinks(
  { minLinks, maxLinks }: ExclusivePoolOptions['links'],
  problems: string[],
): void {
  if (minLinks > maxLinks)
    problems.push(`links.minLinks: ${minLinks} is more than links.maxLinks, ${maxLinks}`);
}

function checkOptions(options: ResolvedOptions<ExclusiveTable>, problems: string[]): void {
  checkLinks(options.links, problems);
  const { initialBackoffMs, maxBackoffMs } = options.reconnect;
  if (initialBackoffMs > maxBackoffMs) {
    problems.push(
      `reconnect.initialBackoffMs: ${initialBackoffMs} is more than reconnect.maxBackoffMs, ${maxBackoffMs}`,
    );
  }
  if (options.dns !== false) checkPolling(options.dns, problems, 'dns.');
  const hasEndpoints = options.endpoints.length > 0;
  if (!hasEndpoints && options.discovery === undefined)
    problems.push('endpoints: there is none, and no discovery to find any');
  if (hasEndpoints && options.discovery !== undefined)
    problems.push('discovery: it finds the endpoints, so that `endpoints` cannot be given as well');
}

function isResource(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const resource = value as Record<string, unknown>;
  return (
    typeof resource.create === 'function' &&
    RESOURCE_METHODS.every((method) => ['function', 'undefined'].includes(typeof resource[method]))
  );
}
