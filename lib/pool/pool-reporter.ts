import type { Emitter } from '../common/emitter.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { PeerCondition } from '../connection/peer-condition.js';
import type { EndpointChange } from '../discovery/endpoint-set.js';
import type { GoAwayFrame } from '../protocol/frame.js';
import type { EndpointHealth } from './endpoint-health.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { CloseReason } from './failure-cause.js';
import type { ConnectionEvent, PoolEvents } from './pool-events.js';
import type { PoolStatistics } from './pool-statistics.js';
import type { PooledConnection } from './pooled-connection.js';

type Place = Pick<EndpointPool, 'endpoint' | 'reconnectState'>;
type Member = Pick<PooledConnection, 'id' | 'connectMs' | 'traffic'>;

/** Counts what becomes of the connections of a pool, and tells whoever listens. */
export class PoolReporter {
  readonly #pool: string;
  readonly #events: Emitter<PoolEvents>;
  readonly #statistics: PoolStatistics;
  #isConnected = false;
  /** There has been a connection, or a failure to make one. */
  #hasTried = false;

  constructor(pool: string, events: Emitter<PoolEvents>, statistics: PoolStatistics) {
    this.#pool = pool;
    this.#events = events;
    this.#statistics = statistics;
  }

  connecting(endpointPool: Place): void {
    if (this.#isConnected || !this.#hasTried) return;
    const { address: endpoint } = endpointPool.endpoint;
    this.#events.emit('reconnecting', { pool: this.#pool, endpoint });
  }

  established(endpointPool: Place, pooled: Member): void {
    const wasConnected = this.#isConnected;
    this.#isConnected = this.#hasTried = true;
    this.#statistics.connectEstablished(pooled.connectMs);
    const event = this.#connectionEvent(endpointPool, pooled);
    this.#events.emit('connectionOpened', { ...event, connectMs: pooled.connectMs });
    if (!wasConnected) this.#events.emit('connected', event);
  }

  connectFailed(endpointPool: Place, error: SocketPoolError): void {
    this.#statistics.connectFailed(error);
    // Given up by this end: nothing failed.
    if (error.code === 'POOL_CLOSED') return;
    this.#hasTried = true;
    const { failures, dueInMs = 0 } = endpointPool.reconnectState;
    this.#events.emit('connectFailed', {
      pool: this.#pool,
      endpoint: endpointPool.endpoint.address,
      error,
      failures,
      retryInMs: dueInMs,
    });
  }

  draining(endpointPool: Place, pooled: Member, goAway: GoAwayFrame | undefined): void {
    this.#events.emit('connectionDraining', {
      ...this.#connectionEvent(endpointPool, pooled),
      goAwayReason: goAway?.reason,
      message: goAway?.message ?? '',
    });
  }

  condition(endpointPool: EndpointPool, pooled: PooledConnection, condition: PeerCondition): void {
    const event = this.#connectionEvent(endpointPool, pooled);
    if (condition.kind === 'ready') this.#events.emit('connectionRecovered', event);
    else {
      const why = condition.kind === 'busy' ? condition.why : 'stuck';
      this.#events.emit('connectionBusy', { ...event, why });
    }
  }

  closed(
    endpointPool: Place,
    pooled: Member,
    end: { reason: CloseReason; error: Error | undefined },
  ): void {
    this.#statistics.closed(end.reason, pooled.traffic);
    const event = this.#connectionEvent(endpointPool, pooled);
    this.#events.emit('connectionClosed', { ...event, ...end });
  }

  /** No connection takes calls. Reported once, until there is one again. */
  unready(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#events.emit('disconnected', { pool: this.#pool });
  }

  ejected({ subject, ejection }: EndpointHealth): void {
    const { cause, count, remainingMs = 0 } = ejection;
    this.#statistics.ejected(cause!);
    const { address: endpoint } = subject.endpoint;
    const event = { pool: this.#pool, endpoint, cause: cause!, count, forMs: remainingMs };
    this.#events.emit('ejected', event);
  }

  readmitted({ subject }: EndpointHealth): void {
    this.#events.emit('readmitted', { pool: this.#pool, endpoint: subject.endpoint.address });
  }

  circuitOpened(pattern: string, forMs: number): void {
    this.#events.emit('circuitOpened', { pool: this.#pool, pattern, forMs });
  }

  circuitClosed(pattern: string): void {
    this.#events.emit('circuitClosed', { pool: this.#pool, pattern });
  }

  endpointsChanged({ added, removed }: EndpointChange): void {
    this.#events.emit('endpointsChanged', {
      pool: this.#pool,
      added: added.map((each) => each.address),
      removed: removed.map((each) => each.address),
    });
  }

  discoveryFailed(error: Error): void {
    this.#events.emit('discoveryFailed', { pool: this.#pool, error });
  }

  #connectionEvent(endpointPool: Place, pooled: Member): ConnectionEvent {
    return {
      pool: this.#pool,
      endpoint: endpointPool.endpoint.address,
      connectionId: pooled.id,
    };
  }
}
