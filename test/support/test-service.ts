import { resolveOptions } from '../../lib/common/options.js';
import { connectionOptionTable } from '../../lib/connection/connection-options.js';
import type { IncomingStream } from '../../lib/connection/incoming-stream.js';
import { ServerConnection } from '../../lib/connection/server-connection.js';
import type { ServerConnectionHandler } from '../../lib/connection/server-connection-handler.js';
import type { ServerConnectionOptions } from '../../lib/connection/server-connection-options.js';
import { slowReaderOptionTable } from '../../lib/connection/slow-reader-guard.js';
import type { Link, Listener, ListenerHandler } from '../../lib/link/link.js';
import { binaryDialect } from '../../lib/protocol/binary/binary-dialect.js';
import type { EventFrame } from '../../lib/protocol/frame.js';
import { GoAwayReason } from '../../lib/protocol/frame.js';
import type { Clock } from '../../lib/common/clock.js';

const echo = (stream: IncomingStream): void => stream.respond(stream.request.payload);

/**
 * An instance of a service: real server connections on whatever listener it is given, and a handler
 * that the test plays. It echoes unless it is told otherwise.
 */
export class TestService implements ServerConnectionHandler, ListenerHandler {
  /** Those that are open. */
  readonly connections = new Set<ServerConnection>();
  /** Every link that was accepted, ever. */
  readonly links: Link[] = [];
  /** Every request that arrived, ever, answered or not. */
  readonly requests: IncomingStream[] = [];
  readonly events: EventFrame[] = [];
  /** What is done with a request. */
  answer: (stream: IncomingStream) => void = echo;
  /** Settings of connections that come from now on. */
  options: ServerConnectionOptions;
  readonly #listener: Listener;

  constructor(listener: Listener, clock: Clock, overrides: Partial<ServerConnectionOptions> = {}) {
    this.#listener = listener;
    this.options = {
      ...resolveOptions(connectionOptionTable, { heartbeat: false }, []),
      slowReader: resolveOptions(slowReaderOptionTable, {}, []),
      dialect: binaryDialect,
      clock,
      metadata: undefined,
      maxStreams: 10_000,
      maxEvents: 10_000,
      maxStreamBufferBytes: 8 * 1024 * 1024,
      loopLagMs: () => 0,
      queueAgeMs: () => 0,
      ...overrides,
    };
  }

  /** Requests that have not been answered. */
  get open(): IncomingStream[] {
    return this.requests.filter((stream) => stream.isOpen);
  }

  get address(): string {
    return this.#listener.address;
  }

  listen(): Promise<void> {
    return this.#listener.listen(this);
  }

  /** Accepts no more; connections live on. */
  stopListening(): Promise<void> {
    return this.#listener.close();
  }

  /** From now on requests are only written down. */
  hold(): void {
    this.answer = () => {};
  }

  /** Answers what was held, and what comes. */
  release(): void {
    this.answer = echo;
    for (const stream of this.open) stream.respond(stream.request.payload);
  }

  /** Sends all clients away, as at the start of a restart. */
  goAway(): void {
    for (const connection of this.connections)
      connection.drain('shutdown', GoAwayReason.Shutdown, 'restarting');
  }

  /** Cuts all connections. */
  kill(): void {
    for (const link of this.links) link.destroy();
  }

  onLink(link: Link): void {
    this.links.push(link);
    const connection = new ServerConnection(link, this.options, this);
    this.connections.add(connection);
    connection.start();
  }

  onRequest(stream: IncomingStream): void {
    this.requests.push(stream);
    this.answer(stream);
  }

  onEvent(frame: EventFrame): void {
    this.events.push(frame);
  }

  onClosed(connection: ServerConnection): void {
    this.connections.delete(connection);
  }

  onError(): void {}
  onReady(): void {}
  onFault(): void {}
  onStreamEnd(): void {}
  onTraffic(): void {}
}
