import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { encodeFrame, FrameReader } from './length-frame.js';

const WORK_MS = 15;

interface Question {
  readonly op: 'ping' | 'order' | 'crash';
  readonly id?: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that answers one question at a time on each connection, and takes note of callers that ask a second one meanwhile. */
export class LegacyServer {
  /** Questions that came while another was being answered on the same connection. */
  violations = 0;
  /** The most questions at the same time on all connections. */
  mostAtOnce = 0;
  readonly sockets = new Set<Socket>();
  private atOnce = 0;
  private readonly server = createServer((socket) => this.serve(socket));

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    const reader = new FrameReader();
    let isBusy = false;
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    const answer = async (question: Question): Promise<void> => {
      if (isBusy) this.violations++;
      isBusy = true;
      await this.answer(socket, question);
      isBusy = false;
    };
    socket.on('data', (chunk) => {
      for (const question of reader.read(chunk)) void answer(question as Question);
    });
  }

  private async answer(socket: Socket, { op, id = 0 }: Question): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await pause(WORK_MS);
    this.atOnce--;
    if (op === 'crash') {
      socket.write('length:0000000');
      socket.resetAndDestroy();
    } else if (op === 'ping') socket.write(encodeFrame({ pong: true }));
    else if (id === 404) socket.write(encodeFrame({ error: 'there is no order 404' }));
    else socket.write(encodeFrame({ id, total: id * 10 }));
  }
}
