import type { Clock, Timer } from '../common/clock.js';
import type { ServerConnection } from '../connection/server-connection.js';
import type { ServerConnectionHandler } from '../connection/server-connection-handler.js';
import type { Link } from '../link/link.js';
import type { GoAwayReason } from '../protocol/frame.js';
import { ArrivingLink } from './arriving-link.js';

/** How long a peer that is turned away has to say whether it would understand why. */
const REFUSAL_TIMEOUT_MS = 1_000;

export interface RefusalTerms {
  readonly clock: Clock;
  readonly reason: GoAwayReason;
  /** For the go-away: `10000 of 10000 connections`. */
  readonly message: string;
  /** Makes a connection in our dialect. */
  readonly connect: (link: Link, handler: ServerConnectionHandler) => ServerConnection;
  /** Exactly once. */
  readonly onClosed: () => void;
}

/** Nobody opens streams on a connection that goes away before it was ready. */
function handlerOf(onClosed: () => void): ServerConnectionHandler {
  const ignore = (): void => undefined;
  return {
    onReady: ignore,
    onRequest: ignore,
    onEvent: ignore,
    onFault: ignore,
    onStreamEnd: ignore,
    onTraffic: ignore,
    onClosed,
  };
}

/**
 * Turns a link away. A peer that speaks our dialect is told why, so that it goes elsewhere instead of
 * trying again at once; any other is closed.
 */
export class Refusal {
  readonly #link: ArrivingLink;
  readonly #terms: RefusalTerms;
  #timer: Timer | undefined;

  constructor(link: Link, terms: RefusalTerms) {
    this.#terms = terms;
    this.#link = new ArrivingLink(link, {
      onDialect: (dialect, firstBytes) => {
        if (dialect === 'binary') this.#tell(firstBytes);
        else this.destroy();
      },
      onGone: () => this.#close(),
    });
  }

  start(): void {
    this.#timer = this.#terms.clock.schedule(REFUSAL_TIMEOUT_MS, () => this.destroy());
    this.#link.arrive();
  }

  destroy(): void {
    this.#link.destroy();
  }

  #tell(firstBytes: Buffer): void {
    const connection = this.#terms.connect(
      this.#link,
      handlerOf(() => this.#close()),
    );
    connection.drain('other', this.#terms.reason, this.#terms.message);
    connection.start(firstBytes);
  }

  #close(): void {
    this.#timer?.cancel();
    this.#terms.onClosed();
  }
}
