import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { FrameReader, FrameWriter } from './limit-frames.js';
import type { Address, Call, CallObserver, ClientEnd, Peer, ServerEnd } from './peer.js';

/** The yardstick: an echo over `net` without Nest. It tells how near to the ceiling a transport comes. */
export const limit: Peer = {
  listen,
  createClient: async (address) => new LimitClient(address),
};

async function listen(address: Address): Promise<ServerEnd> {
  const server = createServer({ noDelay: true }, (socket) => {
    const writer = new FrameWriter(socket);
    const reader = new FrameReader((call, payload) => writer.write(call, payload));
    socket.on('data', (chunk) => reader.read(chunk));
    socket.on('error', () => socket.destroy());
  });
  server.listen(address.port, address.host);
  await once(server, 'listening');
  return {
    delivered: () => 0,
    close: async () => void server.close(),
  };
}

class LimitClient implements ClientEnd {
  private readonly calls = new Map<number, CallObserver>();
  private readonly socket: Socket;
  private readonly writer: FrameWriter;
  private lastCall = 0;

  constructor(address: Address) {
    this.socket = connect({ ...address, noDelay: true });
    this.writer = new FrameWriter(this.socket);
    const reader = new FrameReader((call, payload) => this.settle(call, payload));
    this.socket.on('data', (chunk) => reader.read(chunk));
  }

  async connect(): Promise<void> {
    if (this.socket.connecting) {
      await once(this.socket, 'connect');
    }
  }

  send(_pattern: unknown, data: unknown): Call {
    return { subscribe: (observer) => this.call(data, observer) };
  }

  emit(): never {
    throw new Error('the limit has no events');
  }

  close(): void {
    this.socket.destroy();
  }

  private call(data: unknown, observer: CallObserver): void {
    this.lastCall = (this.lastCall + 1) >>> 0;
    this.calls.set(this.lastCall, observer);
    this.writer.write(this.lastCall, data);
  }

  private settle(call: number, payload: unknown): void {
    const observer = this.calls.get(call);
    this.calls.delete(call);
    observer?.next(payload);
    observer?.complete();
  }
}
