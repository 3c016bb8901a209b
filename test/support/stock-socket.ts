import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { JsonSocket } from '@nestjs/microservices';

/** Stock Nest's own reader and writer of packets, on a socket that exists only in memory. */
export class StockSocket extends EventEmitter {
  readonly messages: unknown[] = [];
  readonly errors: unknown[] = [];
  readonly writableLength = 0;
  written = '';
  readonly json: JsonSocket;

  constructor() {
    super();
    this.json = new JsonSocket(this as unknown as Socket);
    this.on('message', (message) => this.messages.push(message));
    this.on('error', (error) => this.errors.push(error));
  }

  receive(...chunks: readonly Buffer[]): unknown[] {
    for (const chunk of chunks) this.emit('data', chunk);
    this.emit('close');
    return this.messages;
  }

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  end(): void {}

  destroy(): void {}
}

/** The text that stock Nest writes for packets. */
export function stockText(...packets: readonly unknown[]): string {
  const socket = new StockSocket();
  for (const packet of packets) socket.json.sendMessage(packet);
  socket.receive();
  return socket.written;
}
