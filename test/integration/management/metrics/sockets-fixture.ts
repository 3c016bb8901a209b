import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** Connections to a port of this machine that are closed when somebody says so, or with the test. */
export function connected(port: number, count: number): Promise<Socket[]> {
  const opened = Array.from({ length: count }, async () => {
    const socket = begun(port);
    await once(socket, 'connect');
    return socket;
  });
  return Promise.all(opened);
}

/** One that may never come about. */
export function begun(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}
