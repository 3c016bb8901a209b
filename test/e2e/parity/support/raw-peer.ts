import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReplyPacket {
  readonly id?: string;
  readonly response?: unknown;
  readonly err?: unknown;
  readonly isDisposed?: boolean;
}

/** A packet in the stock dialect: the length in UTF-16 code units, `#`, the JSON text. */
export function frameOf(packet: unknown): string {
  const json = JSON.stringify(packet);
  return `${json.length}#${json}`;
}

/** A peer that speaks the stock dialect by hand, and may speak it badly. */
export class RawPeer {
  receivedBytes = 0;
  isClosed = false;
  private text = '';

  private constructor(readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    onTestFinished(() => void socket.destroy());
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = createConnection(port, '127.0.0.1');
    const peer = new RawPeer(socket);
    await once(socket, 'connect');
    return peer;
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** The complete replies so far. */
  get packets(): ReplyPacket[] {
    const packets: ReplyPacket[] = [];
    let rest = this.text;
    for (let mark = rest.indexOf('#'); mark > 0; mark = rest.indexOf('#')) {
      const end = mark + 1 + Number(rest.slice(0, mark));
      if (rest.length < end) break;
      packets.push(JSON.parse(rest.slice(mark + 1, end)) as ReplyPacket);
      rest = rest.slice(end);
    }
    return packets;
  }

  private receive(chunk: string): void {
    this.receivedBytes += Buffer.byteLength(chunk);
    this.text += chunk;
  }
}
