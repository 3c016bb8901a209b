import { Buffer } from 'node:buffer';
import type { Clock, Timer } from '../common/clock.js';
import type { IncomingStream } from '../connection/incoming-stream.js';
import type { ServerConnection } from '../connection/server-connection.js';
import type { ServerConnectionHandler } from '../connection/server-connection-handler.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link } from '../link/link.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { TrafficCounts } from '../metrics/snapshot.js';
import type { EventFrame } from '../protocol/frame.js';
import { GoAwayReason } from '../protocol/frame.js';
import type { Sniffed } from '../protocol/sniff.js';
import type { CloseReason } from './acceptor-events.js';
import { ArrivingLink } from './arriving-link.js';
import type { ArrivalHandler } from './arriving-link.js';
import type { ByteHolder } from './byte-budget.js';
import { closeReasonOf } from './close-reason.js';
import { IdleWatch } from './idle-watch.js';

export type DialectName = 'binary' | 'nest-tcp';

export interface AdmittedLinkTerms {
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  /** 0 for any time. */
  readonly idleTimeoutMs: number;
}

/** What an admitted link needs of its acceptor, and tells it. */
export interface AdmittedLinkOwner {
  connect(link: Link, dialect: DialectName, handler: ServerConnectionHandler): ServerConnection;
  onReady(admitted: AdmittedLink): void;
  onRequest(stream: IncomingStream): void;
  onEvent(frame: EventFrame, connection: ServerConnection): void;
  onFault(remote: string, fault: SocketPoolError): void;
  onStreamEnd(stream: IncomingStream): void;
  onTraffic(admitted: AdmittedLink, heldBytes: number): void;
  onClosed(admitted: AdmittedLink, reason: CloseReason, error: Error | undefined): void;
}

/**
 * A link that was let in, from its arrival to its end:
 *
 *   arriving ──first bytes──▶ handshaking ──hello──▶ ready ──▶ closed
 *
 * The stock dialect has no hello, and is ready with its first bytes. Until it is ready one timer runs.
 */
export class AdmittedLink implements ArrivalHandler, ServerConnectionHandler, ByteHolder {
  readonly openedAt: number;
  readonly remote: string;
  dialect: DialectName | undefined;
  countedBytes = 0;
  isEvicted = false;
  stoppedStreams = 0;
  /** When the last stream ended that left none in flight. */
  idleSince: number;
  readonly #link: ArrivingLink;
  readonly #terms: AdmittedLinkTerms;
  readonly #owner: AdmittedLinkOwner;
  #connection: ServerConnection | undefined;
  #handshakeTimer: Timer | undefined;
  #idleWatch: IdleWatch | undefined;
  /** Set when this end gave up before there was a connection. */
  #cause: ActiveCloseCause | undefined;
  #isClosed = false;

  constructor(link: Link, terms: AdmittedLinkTerms, owner: AdmittedLinkOwner) {
    this.#link = new ArrivingLink(link, this);
    this.#terms = terms;
    this.#owner = owner;
    this.remote = link.remote;
    this.openedAt = this.idleSince = terms.clock.now();
  }

  get connection(): ServerConnection | undefined {
    return this.#connection;
  }

  get link(): Link {
    return this.#link;
  }

  get traffic(): TrafficCounts {
    const { bytesRead, bytesWritten } = this.#link;
    const missedHeartbeats = this.#connection?.framed.totalMissedHeartbeats ?? 0;
    return { bytesRead, bytesWritten, missedHeartbeats };
  }

  arrive(): void {
    const { clock, handshakeTimeoutMs } = this.#terms;
    this.#handshakeTimer = clock.schedule(handshakeTimeoutMs, () => this.#giveUpHandshake());
    this.#link.arrive();
  }

  /** No new streams; closes when those in flight have ended. */
  drain(reason: GoAwayReason, message: string): void {
    if (this.#connection === undefined) this.destroy('shutdown', reason);
    else this.#connection.drain('shutdown', reason, message);
  }

  destroy(cause: ActiveCloseCause, reason: GoAwayReason, error?: SocketPoolError): void {
    if (this.#connection !== undefined) {
      this.#connection.destroy(cause, reason, error);
      return;
    }
    this.#cause ??= cause;
    this.#link.destroy(error);
  }

  onDialect(dialect: Exclude<Sniffed, 'incomplete'>, firstBytes: Buffer): void {
    if (dialect !== 'binary' && dialect !== 'nest-tcp') {
      const text = `${this.remote} speaks ${foreignName(dialect, firstBytes)}`;
      const error = new SocketPoolError('HANDSHAKE_FAILED', text);
      this.destroy('protocolError', GoAwayReason.ProtocolError, error);
      return;
    }
    this.dialect = dialect;
    this.#connection = this.#owner.connect(this.#link, dialect, this);
    this.#connection.start(firstBytes);
  }

  onGone(error: Error | undefined): void {
    this.#close(error);
  }

  onReady(connection: ServerConnection): void {
    this.#handshakeTimer?.cancel();
    const subject = {
      get lastStreamId() {
        return connection.lastStreamId;
      },
      get inWork() {
        return connection.pending + connection.events.inWork;
      },
    };
    const { idleTimeoutMs, clock } = this.#terms;
    this.#idleWatch = new IdleWatch(idleTimeoutMs, clock, subject, () =>
      connection.drain('idle', GoAwayReason.Retired, `idle for ${idleTimeoutMs} ms`),
    );
    this.#idleWatch.start();
    this.#owner.onReady(this);
  }

  onRequest(stream: IncomingStream): void {
    this.#owner.onRequest(stream);
  }

  onEvent(frame: EventFrame, connection: ServerConnection): void {
    this.#owner.onEvent(frame, connection);
  }

  onFault(fault: SocketPoolError): void {
    this.#owner.onFault(this.remote, fault);
  }

  onStreamEnd(stream: IncomingStream): void {
    if (stream.stopReason === 'disconnect' || stream.stopReason === 'shutdown')
      this.stoppedStreams++;
    if (stream.connection.pending === 0) this.idleSince = this.#terms.clock.now();
    this.#owner.onStreamEnd(stream);
  }

  onTraffic(connection: ServerConnection): void {
    this.#owner.onTraffic(this, connection.heldBytes);
  }

  onClosed(_connection: ServerConnection, error: Error | undefined): void {
    this.#close(error);
  }

  #giveUpHandshake(): void {
    const what = this.#connection === undefined ? 'sent nothing' : 'did not finish its hello';
    const text = `${this.remote} ${what} within ${this.#terms.handshakeTimeoutMs} ms`;
    const error = new SocketPoolError('HANDSHAKE_FAILED', text);
    this.destroy('handshakeTimeout', GoAwayReason.Timeout, error);
  }

  #close(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handshakeTimer?.cancel();
    this.#idleWatch?.stop();
    const reason: CloseReason =
      this.#cause === undefined
        ? closeReasonOf(this.#connection, error)
        : { by: 'us', cause: this.#cause };
    this.#owner.onClosed(this, reason, error);
  }
}

const FOREIGN = { tls: 'TLS, and this listener does not', http: 'HTTP' } as const;

function foreignName(dialect: 'tls' | 'http' | 'unknown', firstBytes: Buffer): string {
  if (dialect !== 'unknown') return FOREIGN[dialect];
  return `no known protocol: its first bytes are ${firstBytes.subarray(0, 8).toString('hex')}`;
}
