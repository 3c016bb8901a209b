import type { LoggerService } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { messageOf } from '../errors/socket-pool-error.js';
import type {
  ConnectFailedEvent,
  ConnectionClosedEvent,
  EjectedEvent,
  PoolEvents,
} from '../pool/pool-events.js';
import type { SocketPool } from '../pool/socket-pool.js';
import { LineLimit, oneLine } from '../common/line-limit.js';

const EJECTION_REASONS: Readonly<Record<EjectedEvent['cause'], string>> = {
  unanswered: 'no answer several times in a row',
  failing: 'it failed several times in a row, and the others do not',
  successRate: 'it fails more often than the others',
};

type Level = 'log' | 'warn' | 'debug';

const LIMIT = { maxLines: 20, windowMs: 10_000 };

/** Tells people what becomes of the connections of a pool, in a bounded number of short lines. */
export function logPool(
  pool: Pick<SocketPool, 'name' | 'on'>,
  logger: LoggerService,
  clock: Clock,
): Disposer {
  const limit = new LineLimit(clock, LIMIT);
  const write = (level: Level, text: string): void => {
    const line = limit.admit(`${pool.name}: ${text}`);
    if (line !== undefined) logger[level]?.(line);
  };
  const disposers = [
    pool.on('connected', ({ endpoint }) => write('log', `connected to ${endpoint}`)),
    pool.on('disconnected', () => write('log', 'no connection is ready any more')),
    pool.on('connectionOpened', ({ endpoint, connectMs }) =>
      write('debug', `connection to ${endpoint} opened in ${Math.round(connectMs)} ms`),
    ),
    pool.on('connectionDraining', ({ endpoint, goAwayReason, message }) => {
      const why =
        goAwayReason === undefined ? 'retired here' : oneLine(message) || 'sent away by the peer';
      write('debug', `connection to ${endpoint} drains: ${why}`);
    }),
    pool.on('connectionBusy', (event) => write('debug', textOfBusy(event))),
    pool.on('connectionRecovered', ({ endpoint }) => write('debug', `${endpoint} is ready again`)),
    pool.on('connectionClosed', (event) => write(levelOfClose(event), textOfClose(event))),
    pool.on('connectFailed', (event) => {
      if (isWorthALine(event.failures)) write('warn', textOfFailure(event));
    }),
    pool.on('ejected', (event) => write('warn', textOfEjection(event))),
    pool.on('readmitted', ({ endpoint }) =>
      write('log', `${endpoint} works again, and gets its share of the calls`),
    ),
    pool.on('circuitOpened', ({ pattern, forMs }) =>
      write(
        'warn',
        `calls of ${oneLine(pattern)} fail at once for ${Math.round(forMs)} ms: too many failed`,
      ),
    ),
    pool.on('circuitClosed', ({ pattern }) =>
      write('log', `calls of ${oneLine(pattern)} work again`),
    ),
    pool.on('discoveryFailed', ({ error }) =>
      write('warn', `endpoints could not be looked up: ${reasonOf(error)}`),
    ),
  ];
  return () => {
    for (const dispose of disposers) dispose();
  };
}

function textOfBusy({ endpoint, why }: PoolEvents['connectionBusy']): string {
  return `connection to ${endpoint}: its server is busy (${why})`;
}

/** The first failure in a row, then the second, the fourth, the eighth …: a long outage takes few lines. */
function isWorthALine(failures: number): boolean {
  return Number.isInteger(Math.log2(failures));
}

function levelOfClose({ error }: ConnectionClosedEvent): Level {
  return error === undefined ? 'debug' : 'warn';
}

function textOfClose({ endpoint, reason, error }: ConnectionClosedEvent): string {
  const who = reason.by === 'us' ? 'here' : 'by the peer';
  const why = error === undefined ? reason.cause : reasonOf(error);
  return `connection to ${endpoint} closed ${who}: ${why}`;
}

function textOfFailure({ error, failures, retryInMs }: ConnectFailedEvent): string {
  const again = `attempt ${failures}, the next in ${Math.round(retryInMs)} ms`;
  return `${reasonOf(error)} (${again})`;
}

function textOfEjection({ endpoint, cause, count, forMs }: EjectedEvent): string {
  const time = `ejection ${count}, for ${Math.round(forMs)} ms`;
  return `${endpoint} gets no calls: ${EJECTION_REASONS[cause]} (${time})`;
}

function reasonOf(error: Error): string {
  return oneLine(messageOf(error));
}
