import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { FaultProxy } from '../../../support/fault-proxy.js';
import type { FaultProxyOptions } from '../../../support/fault-proxy.js';

export async function openProxy(
  targetPort: number,
  options?: FaultProxyOptions,
): Promise<FaultProxy> {
  const proxy = await FaultProxy.open(targetPort, options);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A server that does to a connection whatever the test wants, and nothing else. */
export async function rudeServer(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `tcp://127.0.0.1:${port}`;
}
