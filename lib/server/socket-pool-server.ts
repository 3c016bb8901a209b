import { Logger } from '@nestjs/common';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { Server } from '@nestjs/microservices';
import type { Server as NetServer } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Acceptor } from '../acceptor/acceptor.js';
import type { AcceptorEvents } from '../acceptor/acceptor-events.js';
import type { AcceptorSnapshot } from '../acceptor/acceptor-parts.js';
import type { BeaconPlace } from '../acceptor/beacon-sign.js';
import { BeaconSign } from '../acceptor/beacon-sign.js';
import { createAcceptor } from '../acceptor/create-acceptor.js';
import { systemClock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import type { PatternPicture } from '../metrics/pattern-picture.js';
import { logAcceptor } from './acceptor-log.js';
import { BoundedLogger } from './bounded-logger.js';
import type { DedupCounts, Deduplication } from './deduplication.js';
import { makeDeduplication } from './deduplication.js';
import { EventRunner } from './event-runner.js';
import { HandlerLimits } from './handler-limits.js';
import { PatternStatistics } from './pattern-statistics.js';
import type { ProcessingSpan } from './processing-span.js';
import { RequestRunner } from './request-runner.js';
import { RouteTable } from './route-table.js';
import { toServerHooks } from './server-hooks.js';
import type { ServerSetup, SocketPoolServerOptions } from './server-options.js';
import { resolveServerOptions } from './server-options.js';

/** What the status of a server may be. */
export type SocketPoolServerStatus = 'connected' | 'disconnected';

/** Where a server listens, with the ports that were chosen: `tcp://127.0.0.1:40123`. */
export interface SocketPoolServerAddresses {
  readonly addresses: readonly string[];
}

type ListeningCallback = (error?: unknown, info?: SocketPoolServerAddresses) => void;
type SocketListener = (...args: unknown[]) => void;

/** How Nest names this transport to those who ask, in `transportId`. */
export const SOCKET_POOL_TRANSPORT = Symbol('SocketPool');

const NOT_LISTENING =
  'Not initialized. Please call the "listen"/"startAllMicroservices" method before accessing the server.';

/**
 * A Nest transport strategy: the server end of the pool.
 *
 * ```ts
 * NestFactory.createMicroservice(AppModule, {
 *   strategy: new SocketPoolServer({ listen: 'tcp://0.0.0.0:4000' }),
 * });
 * ```
 *
 * Handlers written for Nest's TCP transport run unchanged, and its clients are served on the same port.
 */
export class SocketPoolServer
  extends Server<Record<string, SocketListener>, SocketPoolServerStatus>
  implements CustomTransportStrategy
{
  override readonly transportId = SOCKET_POOL_TRANSPORT;
  protected override readonly logger = new Logger(SocketPoolServer.name);
  private readonly plainStartHook = this.onProcessingStartHook;
  private readonly routes = new RouteTable((pattern) => this.getHandlerByPattern(pattern));
  private readonly statistics = new PatternStatistics(systemClock, () => this.messageHandlers);
  private readonly limits = new HandlerLimits(systemClock);
  private dedup: Deduplication | undefined;
  private readonly acceptor: Acceptor;
  private readonly beacon = new BeaconSign();
  private hasListened = false;

  /**
   * Opens nothing.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` that lists every option that is unknown or out of range
   */
  constructor(options: SocketPoolServerOptions = {}) {
    super();
    const setup = resolveServerOptions(options);
    this.initializeSerializer(setup.options as never);
    this.initializeDeserializer(setup.options as never);
    this.acceptor = this.makeAcceptor(setup);
    this.acceptor.on('draining', () => this._status$.next('disconnected'));
  }

  /** Called by Nest. The callback is called once: with the error of a failed bind, or with where it listens. */
  listen(callback: ListeningCallback): void {
    this.acceptor.listen().then(
      (addresses) => {
        this.hasListened = true;
        this._status$.next('connected');
        callback(undefined, { addresses });
      },
      (error: unknown) => {
        if (this.acceptor.state !== 'listening') this._status$.next('disconnected');
        callback(error);
      },
    );
  }

  /**
   * Takes no new calls, tells all clients, lets running calls, streams and events finish, and closes the
   * connections. Nest calls `close()` too late for a shutdown by signal: the providers are destroyed already.
   * `SocketPoolModule` calls this in time. Idempotent.
   *
   * @param timeoutMs after which what still runs is stopped; default `drainTimeoutMs`
   */
  async drain(timeoutMs?: number): Promise<void> {
    await this.acceptor.drain(timeoutMs);
  }

  /**
   * Takes the instance out of service: clients are sent away and refused when they come back, what runs
   * goes on, and the process stays, for examination.
   */
  goOffline(message = 'the instance was taken offline'): void {
    this.acceptor.goOffline(message);
  }

  /** Undoes `goOffline()`. */
  goOnline(): void {
    this.acceptor.goOnline();
  }

  /** Called by Nest: drains, if that has not been done, and lets go of everything. Idempotent. */
  async close(): Promise<void> {
    await this.acceptor.close();
    this.limits.close();
    this.dedup?.clear();
  }

  /** Listens to an event of the `net.Server` below, or of each of them: `listening`, `connection`, `close`, `error`. */
  override on<EventKey extends string, EventCallback extends SocketListener>(
    event: EventKey,
    callback: EventCallback,
  ): void {
    for (const { server } of this.acceptor.listeners) (server as NetServer).on(event, callback);
  }

  /** Listens to what the acceptor tells: connections that opened, closed or were refused, and why; warnings. */
  observe<Name extends keyof AcceptorEvents>(
    name: Name,
    listener: (payload: AcceptorEvents[Name]) => void,
  ): Disposer {
    return this.acceptor.on(name, listener);
  }

  /** @returns the `net.Server` below; an array of them for several addresses */
  override unwrap<T = NetServer | readonly NetServer[]>(): T {
    if (!this.hasListened) throw new Error(NOT_LISTENING);
    const servers = this.acceptor.listeners.map(({ server }) => server);
    return (servers.length === 1 ? servers[0] : servers) as T;
  }

  /** A picture of the server end, for others to read. */
  snapshot(): AcceptorSnapshot {
    return this.acceptor.snapshot();
  }

  /**
   * Clients that come from now on are told where this process can be asked while it does not answer.
   * `ManagementModule` calls this.
   *
   * @internal
   */
  announceBeacon(place: BeaconPlace | undefined): void {
    this.beacon.place = place;
  }

  /** What each pattern with a handler cost, counted from the first time this is asked; until then it costs nothing. */
  patterns(): readonly PatternPicture[] {
    return this.statistics.pictures();
  }

  /** What became of the calls with an idempotency key; `undefined` without the option `dedup`. */
  deduplication(): DedupCounts | undefined {
    return this.dedup?.counts;
  }

  /**
   * New keys and certificates for the TLS handshakes to come; connections that exist keep theirs.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` when they cannot be used; the old ones stay
   */
  setSecureContext(context: SecureContextOptions): void {
    this.acceptor.setSecureContext(context);
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler?: boolean,
    extras?: Record<string, unknown>,
  ): void {
    super.addHandler(pattern, callback, isEventHandler, extras);
    this.limits.add(callback, pattern, isEventHandler === true);
    this.routes.clear();
  }

  private makeAcceptor({ addresses, options }: ServerSetup): Acceptor {
    const logger = new BoundedLogger(this.logger, systemClock);
    const span = (): ProcessingSpan | undefined => this.span();
    const requests = new RequestRunner(this.routes, span, logger, {
      patterns: this.statistics,
      limits: this.limits,
    });
    this.dedup = makeDeduplication(options, systemClock, (stream) => requests.again(stream));
    requests.deduplicate(this.dedup);
    const events = new EventRunner(this.routes, span, logger, this.statistics);
    const acceptor = createAcceptor({
      addresses,
      tls: options.tlsOptions,
      options,
      metadata: options.metadata,
      beacon: this.beacon,
      hooks: toServerHooks({ serializer: this.serializer, deserializer: this.deserializer }),
      handler: {
        onRequest: (stream) => requests.run(stream),
        onEvent: (event) => events.run(event),
      },
    });
    logAcceptor(acceptor, logger);
    return acceptor;
  }

  /** Nest's processing hooks, where somebody installed any. */
  private span(): ProcessingSpan | undefined {
    const isPlain = this.onProcessingStartHook === this.plainStartHook;
    if (isPlain && this.onProcessingEndHook === undefined) return undefined;
    return (context, run) => Promise.resolve(this.runWithProcessingHooks(context, run));
  }
}
