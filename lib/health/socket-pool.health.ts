/**
 * Health of the live pool, for Terminus. Nest's own microservice indicator opens a fresh connection,
 * which a stuck service accepts as readily as a healthy one. Here the verdict comes from the pool that
 * carries the calls: from its snapshot, which costs nothing and dials nobody, or from a round trip
 * over its business connections, which only a live event loop answers.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { HealthIndicatorService } from '@nestjs/terminus';
import { messageOf } from '../errors/socket-pool-error.js';
import type { PoolSnapshot } from '../metrics/snapshot.js';
import type { PoolHealthOptions, RoundTripOptions } from './health-options.js';
import { resolveHealthOptions, resolveRoundTripOptions } from './health-options.js';
import { judgeEndpoint } from './endpoint-verdict.js';
import { judgePool } from './pool-verdict.js';
import type { RoundTrip } from './round-trip-verdict.js';
import { judgeRoundTrips } from './round-trip-verdict.js';
import { report } from './verdict.js';

const MAX_ASKED = 32;

/** What the indicator needs of a pool; a `SocketPool` has it. */
export interface ObservablePool {
  snapshot(): PoolSnapshot;
  ping(options: { timeoutMs: number; endpoint?: string }): Promise<number>;
}

// The entry point `nestjs-socket-pool/health` is this file.
export type { PoolHealthOptions, RoundTripOptions, ServerHealthOptions } from './health-options.js';
export { SocketPoolServerHealthIndicator } from './socket-pool-server.health.js';
export type { ObservableServer } from './socket-pool-server.health.js';

/** `up`, `degraded` or `down` for a pool. Provide it beside `TerminusModule`. */
@Injectable()
export class SocketPoolHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  /**
   * The verdict of the pool's snapshot, with the numbers. `down`: fewer ready connections than needed,
   * or the pool is closing. `degraded`: some endpoints take no calls, calls wait for a connection, or
   * heartbeats are unanswered.
   *
   * @throws SocketPoolError `INVALID_OPTIONS`
   */
  isHealthy<const Key extends string>(
    key: Key,
    pool: Pick<ObservablePool, 'snapshot'>,
    options: PoolHealthOptions = {},
  ): HealthIndicatorResult<Key> {
    const limits = resolveHealthOptions(options);
    return report(this.indicators, key, judgePool(pool.snapshot(), limits));
  }

  /**
   * The verdict of the snapshot on one endpoint of the pool. `down`: the pool does not know it, or no
   * connection to it is ready. `degraded`: it has fewer connections than its minimum, or unanswered
   * heartbeats.
   *
   * @param address as the pool knows it: `tcp://10.0.0.7:4000`
   */
  isEndpointHealthy<const Key extends string>(
    key: Key,
    pool: Pick<ObservablePool, 'snapshot'>,
    address: string,
  ): HealthIndicatorResult<Key> {
    return report(this.indicators, key, judgeEndpoint(pool.snapshot(), address));
  }

  /**
   * Asks the service for a sign of life, over the connections that carry its calls; a stuck service
   * does not answer. `degraded` when some endpoints answer and others do not. The dialect of Nest's TCP
   * transport has no ping: with `dialect: nest-tcp` use `isHealthy` alone.
   *
   * @throws SocketPoolError `INVALID_OPTIONS`
   */
  async roundTrip<const Key extends string>(
    key: Key,
    pool: ObservablePool,
    options: RoundTripOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { timeoutMs, endpoint } = resolveRoundTripOptions(options);
    const addresses = endpoint === undefined ? readyEndpoints(pool.snapshot()) : [endpoint];
    const roundTrips = await Promise.all(addresses.map((each) => ask(pool, each, timeoutMs)));
    return report(this.indicators, key, judgeRoundTrips(roundTrips));
  }
}

function readyEndpoints({ endpoints }: PoolSnapshot): string[] {
  return endpoints
    .filter(({ state }) => state === 'ready')
    .slice(0, MAX_ASKED)
    .map(({ address }) => address);
}

async function ask(pool: ObservablePool, endpoint: string, timeoutMs: number): Promise<RoundTrip> {
  try {
    return { endpoint, roundTripMs: await pool.ping({ timeoutMs, endpoint }) };
  } catch (error) {
    return { endpoint, failure: messageOf(error) };
  }
}
