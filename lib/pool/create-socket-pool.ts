import type { Clock } from '../common/clock.js';
import { systemClock } from '../common/clock.js';
import { resolveOptions } from '../common/options.js';
import type { Random } from '../common/random.js';
import { systemRandom } from '../common/random.js';
import { TurnClock } from '../common/turn-clock.js';
import type { BeaconDialer } from '../connection/beacon-client.js';
import { BeaconClient } from '../connection/beacon-client.js';
import type { ClientConnectionOptions } from '../connection/client-connection-options.js';
import { invalidOptionsError, messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { Discovery } from '../discovery/discovery.js';
import type { Endpoint } from '../discovery/endpoint.js';
import { dialerFor } from '../link/dialers.js';
import type { Dialer } from '../link/link.js';
import { parseLinkAddress } from '../link/link-address.js';
import { LoopLag } from '../metrics/loop-lag.js';
import { binaryDialect } from '../protocol/binary/binary-dialect.js';
import type { Dialect } from '../protocol/dialect.js';
import { nestTcpDialect } from '../protocol/nest-tcp/nest-tcp-dialect.js';
import { EndpointBalancer } from './endpoint-balancer.js';
import type { ConnectionFactory } from './endpoint-pools.js';
import { connectionLifetimeMs } from './connection-lifetime.js';
import { discoveryOf } from './endpoint-source.js';
import type { PoolOptions, PoolOptionsInput } from './pool-options.js';
import { checkPoolOptions, poolOptionTable } from './pool-options.js';
import { PooledConnection } from './pooled-connection.js';
import { SocketPool } from './socket-pool.js';
import { SubsetDiscovery } from './subset-discovery.js';

/** What a test puts in place of the real thing. */
export interface SocketPoolEnvironment {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Makes the dialer for an endpoint; by its address by default. */
  readonly makeDialer?: (endpoint: Endpoint) => Dialer;
  readonly dialect?: Dialect;
  /** Where the beacons of servers are asked. */
  readonly makeBeaconDialer?: BeaconDialer;
}

/**
 * Validates the options.
 *
 * @throws SocketPoolError `INVALID_OPTIONS`, listing every bad one
 */
export function resolvePoolOptions(input: PoolOptionsInput): PoolOptions {
  const problems: string[] = [];
  const options = resolveOptions(poolOptionTable, input, problems);
  if (problems.length === 0) checkPoolOptions(options, problems);
  if (options.endpoints.length > 0 && options.discovery !== undefined)
    problems.push('discovery: it finds the endpoints, so that `endpoints` cannot be given as well');
  if (problems.length > 0) throw invalidOptionsError(`the pool ${options.name}`, problems);
  return options;
}

/**
 * Puts a pool together. It opens nothing before `start()`, `ready()` or the first call.
 *
 * @throws SocketPoolError `INVALID_OPTIONS`, listing every bad one
 */
export function createSocketPool(
  input: PoolOptionsInput,
  environment: SocketPoolEnvironment = {},
): SocketPool {
  const options = resolvePoolOptions(input);
  const clock = environment.clock ?? systemClock;
  const random = environment.random ?? systemRandom;
  const loopLag = new LoopLag(clock);
  const beacons = new BeaconClient(
    clock,
    environment.makeBeaconDialer ??
      (({ host, port }) => dialerFor({ kind: 'tcp', host, port }, options.link)),
  );
  const connection = connectionOptionsOf(options, environment, { clock, loopLag, beacons });
  const makeDialer = environment.makeDialer ?? ((endpoint) => makeLinkDialer(endpoint, options));
  const makeConnection: ConnectionFactory = (endpoint, owner) =>
    new PooledConnection(
      {
        dialer: dialerOf(endpoint, makeDialer),
        clock,
        connectTimeoutMs: options.connectTimeoutMs,
        connection,
        lifetimeMs: connectionLifetimeMs(random, options.pool),
      },
      owner,
    );
  // A dialer of one's own is given the addresses as they were written.
  const isPlain = environment.makeDialer !== undefined;
  const discovery = discoveryOf(options, { clock, random }, isPlain);
  const turnClock = new TurnClock(clock);
  return new SocketPool(options, {
    clock,
    turnClock,
    random,
    balancer: new EndpointBalancer(turnClock, random, options.balancing),
    discovery: inSubset(discovery, options),
    makeConnection,
    loopLag,
    beacons,
  });
}

/** Where nothing else is asked for, everything that is found. */
function inSubset(source: Discovery, { balancing }: PoolOptions): Discovery {
  const { subsetSize, clientId } = balancing;
  if (subsetSize === 0 || clientId === undefined) return source;
  return new SubsetDiscovery(source, { size: subsetSize, clientId });
}

function connectionOptionsOf(
  options: PoolOptions,
  environment: SocketPoolEnvironment,
  parts: { readonly clock: Clock; readonly loopLag: LoopLag; readonly beacons: BeaconClient },
): ClientConnectionOptions {
  const { heartbeat, limits, messageTimeoutMs, initialCreditBytes, hooks, metadata } = options;
  const { clock, loopLag, beacons } = parts;
  const asksBeacons = heartbeat !== false && heartbeat.maxStuckMs > 0;
  return {
    ...{ heartbeat, limits, messageTimeoutMs, initialCreditBytes, hooks, metadata, clock },
    dialect: environment.dialect ?? (options.dialect === 'binary' ? binaryDialect : nestTcpDialect),
    loopLagMs: () => loopLag.currentMs,
    busy: heartbeat === false ? undefined : heartbeat,
    beacons: asksBeacons ? beacons : undefined,
  };
}

/** A registry may name an address that cannot be used: that is one more endpoint that cannot be reached. */
export function dialerOf(endpoint: Endpoint, makeDialer: (endpoint: Endpoint) => Dialer): Dialer {
  try {
    return makeDialer(endpoint);
  } catch (cause) {
    const { address } = endpoint;
    const text = `cannot connect to ${address}: ${messageOf(cause)}`;
    return {
      address,
      dial: () => Promise.reject(new SocketPoolError('CONNECT_FAILED', text, { cause })),
    };
  }
}

/** The dialer for the address of an endpoint. */
export function makeLinkDialer(
  endpoint: Endpoint,
  options: Pick<PoolOptions, 'name' | 'link' | 'tlsOptions'>,
): Dialer {
  const address = parseLinkAddress(endpoint.address);
  if (typeof address === 'string') throw invalidOptionsError(`the pool ${options.name}`, [address]);
  const { tlsOptions } = options;
  const servername = tlsOptions?.servername ?? endpoint.serverName;
  return dialerFor(address, options.link, { ...tlsOptions, servername });
}
