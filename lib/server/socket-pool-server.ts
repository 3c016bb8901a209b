import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Server } from '@nestjs/microservices';
import type { Server as NetServer } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { Acceptor } from '../acceptor/acceptor.js';
import { systemClock } from '../common/clock.js';
import { listenerFor } from '../link/listeners.js';
import type { AcceptorSnapshot } from '../metrics/snapshot.js';
import { EventRunner } from './event-runner.js';
import type { ProcessingSpan } from './request-runner.js';
import { RequestRunner } from './request-runner.js';
import { RouteTable } from './route-table.js';
import type { ServerSetup, SocketPoolServerOptions } from './server-options.js';
import { resolveServerOptions } from './server-options.js';
import { toServerHooks } from './server-hooks.js';

/** What the status of a server may be. */
export type SocketPoolServerStatus = 'connected' | 'disconnected';

type ListeningCallback = (
  error?: unknown,
  info?: { readonly addresses: readonly string[] },
) => void;
type SocketListener = (...args: unknown[]) => void;

/** How Nest names this transport to those who ask, in `transportId`. */
export const SOCKET_POOL_TRANSPORT = Symbol('SocketPool');

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
  private readonly setup: ServerSetup;
  private readonly plainStartHook = this.onProcessingStartHook;
  private readonly pendingListeners: { event: string; callback: SocketListener }[] = [];
  private acceptor: Acceptor | undefined;

  /**
   * Opens nothing.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` that lists every option that is unknown or out of range
   */
  constructor(options: SocketPoolServerOptions = {}) {
    super();
    this.setup = resolveServerOptions(options);
    this.initializeSerializer(options as never);
    this.initializeDeserializer(options as never);
  }

  /** Called by Nest. The callback is called once: with the error of a failed bind, or with where it listens. */
  listen(callback: ListeningCallback): void {
    const acceptor = this.makeAcceptor();
    acceptor.listen().then(
      (addresses) => {
        this._status$.next('connected');
        callback(undefined, { addresses });
      },
      (error: unknown) => {
        this.acceptor = undefined;
        this._status$.next('disconnected');
        callback(error);
      },
    );
  }

  /**
   * Takes no new calls, tells all clients, lets running calls and streams finish, and closes. Nest calls
   * it too late for a shutdown by signal: the providers are destroyed already. `SocketPoolModule` calls it
   * in time. Idempotent.
   *
   * @param timeoutMs after which what still runs is stopped; default `drainTimeoutMs`
   */
  async drain(timeoutMs?: number): Promise<void> {
    await this.acceptor?.drain(timeoutMs);
  }

  /** Called by Nest: drains, if that has not been done, and lets go of everything. Idempotent. */
  async close(): Promise<void> {
    const { acceptor } = this;
    if (acceptor === undefined) return;
    await acceptor.close();
    this._status$.next('disconnected');
  }

  /** Listens to an event of the `net.Server` below, whether it exists yet or not. */
  override on<EventKey extends string, EventCallback extends SocketListener>(
    event: EventKey,
    callback: EventCallback,
  ): void {
    if (this.acceptor === undefined) this.pendingListeners.push({ event, callback });
    else
      for (const { server } of this.acceptor.listeners) (server as NetServer).on(event, callback);
  }

  /** @returns the `net.Server` below; an array of them for several addresses */
  override unwrap<T = NetServer | readonly NetServer[]>(): T {
    if (this.acceptor === undefined) {
      throw new Error(
        'Not initialized. Please call the "listen"/"startAllMicroservices" method before accessing the server.',
      );
    }
    const servers = this.acceptor.listeners.map(({ server }) => server);
    return (servers.length === 1 ? servers[0] : servers) as T;
  }

  /** A picture of the server end, for others to read. */
  snapshot(): AcceptorSnapshot {
    return (this.acceptor ?? this.buildAcceptor()).snapshot();
  }

  /**
   * New keys and certificates for the TLS handshakes to come; connections that exist keep theirs.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` when they cannot be used; the old ones stay
   */
  setSecureContext(context: SecureContextOptions): void {
    this.acceptor?.setSecureContext(context);
  }

  private makeAcceptor(): Acceptor {
    const acceptor = this.buildAcceptor();
    this.acceptor = acceptor;
    for (const { event, callback } of this.pendingListeners.splice(0)) this.on(event, callback);
    return acceptor;
  }

  private buildAcceptor(): Acceptor {
    const { addresses, options } = this.setup;
    const routes = new RouteTable((pattern) => this.getHandlerByPattern(pattern));
    const span = (): ProcessingSpan | undefined => this.span();
    const requests = new RequestRunner(routes, span);
    const events = new EventRunner(routes, span, this.logger);
    return new Acceptor({
      listeners: addresses.map((address) => listenerFor(address, options, options.tlsOptions)),
      options,
      clock: systemClock,
      metadata: options.metadata,
      hooks: toServerHooks({ serializer: this.serializer, deserializer: this.deserializer }),
      handler: {
        onRequest: (stream) => requests.run(stream),
        onEvent: (event) => events.run(event),
      },
    });
  }

  /** Nest's processing hooks, where somebody installed any. */
  private span(): ProcessingSpan | undefined {
    if (
      this.onProcessingStartHook === this.plainStartHook &&
      this.onProcessingEndHook === undefined
    )
      return undefined;
    return (context, run) => Promise.resolve(this.runWithProcessingHooks(context, run));
  }
}
