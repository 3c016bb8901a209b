import type { Clock } from '../common/clock.js';
import { ServerConnection } from '../connection/server-connection.js';
import type { ServerConnectionHandler } from '../connection/server-connection-handler.js';
import type { ServerConnectionOptions } from '../connection/server-connection-options.js';
import type { Link } from '../link/link.js';
import type { LoopLag } from '../metrics/loop-lag.js';
import { binaryDialect } from '../protocol/binary/binary-dialect.js';
import type { Dialect, PacketHooks } from '../protocol/dialect.js';
import type { Metadata } from '../protocol/frame.js';
import { nestTcpDialect } from '../protocol/nest-tcp/nest-tcp-dialect.js';
import type { AcceptorStatistics } from './acceptor-statistics.js';
import type { BeaconSign } from './beacon-sign.js';
import type { AcceptorOptions } from './acceptor-options.js';

export interface ConnectionMakerParts {
  readonly options: AcceptorOptions;
  readonly clock: Clock;
  readonly loopLag: LoopLag;
  readonly queueAgeMs: () => number;
  readonly hooks?: PacketHooks;
  readonly metadata?: Metadata;
  readonly beacon?: BeaconSign;
  readonly statistics: AcceptorStatistics;
}

/** Makes the connections of an acceptor, in the dialect of each peer. */
export class ConnectionMaker {
  readonly #optionsByDialect: Readonly<Record<Dialect['name'], ServerConnectionOptions>>;

  constructor(parts: ConnectionMakerParts) {
    const { options, clock, loopLag, queueAgeMs, hooks, metadata, beacon, statistics } = parts;
    const optionsFor = (dialect: Dialect): ServerConnectionOptions => ({
      ...options,
      dialect,
      hooks,
      clock,
      metadata,
      beaconFor: (link) => beacon?.noticeFor(link),
      rejections: statistics.rejections,
      loopLagMs: () => loopLag.currentMs,
      queueAgeMs,
    });
    this.#optionsByDialect = {
      binary: optionsFor(binaryDialect),
      'nest-tcp': optionsFor(nestTcpDialect),
    };
  }

  make(link: Link, dialect: Dialect['name'], handler: ServerConnectionHandler): ServerConnection {
    return new ServerConnection(link, this.#optionsByDialect[dialect], handler);
  }
}
