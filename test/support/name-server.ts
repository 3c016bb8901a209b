import { Buffer } from 'node:buffer';
import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const TYPES = { A: 1, AAAA: 28, SRV: 33 } as const;
const NO_SUCH_NAME = 3;
const SERVER_FAILURE = 2;
const QUESTION_AT = 12;

export interface SrvData {
  readonly name: string;
  readonly port: number;
  readonly priority?: number;
  readonly weight?: number;
}

/** A name server on the loopback that knows what a test tells it (RFC 1035, RFC 2782). */
export class NameServer {
  /** Addresses of hosts, IPv4 only. */
  readonly hosts = new Map<string, readonly string[]>();
  readonly services = new Map<string, readonly SrvData[]>();
  ttlSeconds = 0;
  /** `silent`: as if it were not there. */
  mood: 'answering' | 'silent' | 'failing' = 'answering';
  /** How many questions came in. */
  questions = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('message', (query, { port, address }) => {
      this.questions++;
      if (this.mood !== 'silent') socket.send(this.#answer(query), port, address);
    });
  }

  static async open(): Promise<NameServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NameServer(socket);
  }

  /** As a resolver is told of it. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  close(): void {
    this.socket.close();
  }

  #answer(query: Buffer): Buffer {
    const { name, end } = readName(query);
    const type = query.readUInt16BE(end);
    const isKnown = this.hosts.has(name) || this.services.has(name);
    const records = this.mood === 'failing' ? [] : this.#recordsOf(name, type);
    const header = Buffer.from(query.subarray(0, QUESTION_AT));
    const failure = isKnown ? 0 : NO_SUCH_NAME;
    const code = this.mood === 'failing' ? SERVER_FAILURE : failure;
    // Of the query only "recursion desired" stays; answer, recursion available.
    header.writeUInt16BE(0x8080 | (header.readUInt16BE(2) & 0x0100) | code, 2);
    for (const [at, count] of [1, records.length, 0, 0].entries())
      header.writeUInt16BE(count, 4 + 2 * at);
    const question = query.subarray(QUESTION_AT, end + 4);
    return Buffer.concat([header, question, ...records.map((data) => this.#record(type, data))]);
  }

  #recordsOf(name: string, type: number): Buffer[] {
    if (type === TYPES.A)
      return (this.hosts.get(name) ?? []).map((each) => Buffer.from(each.split('.').map(Number)));
    return type === TYPES.SRV ? (this.services.get(name) ?? []).map((each) => srvData(each)) : [];
  }

  #record(type: number, data: Buffer): Buffer {
    const head = Buffer.alloc(12);
    // The name is that of the question.
    head.writeUInt16BE(0xc000 | QUESTION_AT, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt32BE(this.ttlSeconds, 6);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  }
}

function srvData({ name, port, priority = 0, weight = 0 }: SrvData): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(priority, 0);
  numbers.writeUInt16BE(weight, 2);
  numbers.writeUInt16BE(port, 4);
  return Buffer.concat([numbers, writeName(name)]);
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = QUESTION_AT;
  for (let length = query[at++]!; length > 0; length = query[at++]!) {
    labels.push(query.toString('latin1', at, at + length));
    at += length;
  }
  return { name: labels.join('.').toLowerCase(), end: at };
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
  const parts = labels.flatMap((label) => [Buffer.from([label.length]), label]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}
