import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WorkerOptions } from '../../management.contract.js';

const BACKLOG = 511;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another process, or another part of this one, listens there; choose another `port`, or 0 for any',
  EACCES: 'this process may not open it; choose a `port` above 1023',
  EADDRNOTAVAIL: 'this machine does not have that address; choose another `host`',
};

/**
 * @returns where it listens, such as `http://127.0.0.1:9400`
 * @throws Error that says what to do about it
 */
export function listenAt(
  server: Server,
  { host, port, tls }: Pick<WorkerOptions, 'host' | 'port' | 'tls'>,
): Promise<string> {
  const where = hostAndPort(host, port);
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const reason = REASONS[error.code ?? ''] ?? error.message;
      const text = `the management port cannot be opened at ${where}: ${reason} (${error.code})`;
      reject(new Error(text, { cause: error }));
    };
    server.once('error', onError);
    // The name would be looked up in the thread pool, which the service may have filled.
    const address = host === 'localhost' ? '127.0.0.1' : host;
    server.listen({ host: address, port, backlog: BACKLOG }, () => {
      server.off('error', onError);
      const bound = (server.address() as AddressInfo).port;
      resolve(`${tls === undefined ? 'http' : 'https'}://${hostAndPort(host, bound)}`);
    });
  });
}

function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
