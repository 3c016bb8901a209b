import type { Acceptor } from '../acceptor/acceptor.js';
import type { ConnectionClosedEvent } from '../acceptor/acceptor-events.js';
import { messageOf } from '../errors/socket-pool-error.js';
import type { BoundedLogger } from './bounded-logger.js';

/** Tells people what becomes of an acceptor and its peers: at most one line for each peer. */
export function logAcceptor(acceptor: Acceptor, logger: BoundedLogger): void {
  acceptor.on('listening', ({ addresses }) =>
    logger.write('log', `listening at ${addresses.join(', ')}`),
  );
  acceptor.on('warning', ({ message }) => logger.write('warn', message));
  acceptor.on('linkRefused', ({ remote, message }) =>
    logger.write('warn', `refused ${remote}: ${message}`),
  );
  acceptor.on('linkFailed', ({ remote, error }) =>
    logger.write('warn', `${remote || 'a peer'} could not connect: ${messageOf(error)}`),
  );
  acceptor.on('messageFaulty', ({ remote, error }) =>
    logger.write('warn', `a message of ${remote} cannot be read: ${messageOf(error)}`),
  );
  acceptor.on('eventsRefused', ({ count, remote, message }) =>
    logger.write('warn', `${count} events were refused, the last of ${remote}: ${message}`),
  );
  acceptor.on('connectionClosed', (event) => logClose(event, logger));
  acceptor.on('draining', ({ connections, timeoutMs }) => {
    if (connections > 0)
      logger.write('log', `draining ${connections} connections, for ${timeoutMs} ms at most`);
  });
  acceptor.on('closed', ({ stoppedStreams }) => {
    if (stoppedStreams > 0)
      logger.write('warn', `${stoppedStreams} requests were stopped: the time to drain was up`);
  });
}

function logClose({ remote, reason, error }: ConnectionClosedEvent, logger: BoundedLogger): void {
  const why = error === undefined ? reason.cause : messageOf(error);
  const what = why.includes(remote) ? why : `${remote}: ${why}`;
  if (reason.by === 'us' && error !== undefined)
    logger.write('warn', `closed a connection: ${what}`);
  else
    logger.write('debug', `a connection ended ${reason.by === 'us' ? 'here' : 'there'}: ${what}`);
}
