import type { LoggerService } from '@nestjs/common';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import type { SocketPoolServerOptions } from '../../../lib/server/server-options.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';
import { helloFrame, requestFrame, ScriptedClient } from '../../support/scripted-client.js';
import { until } from '../../support/until.js';
import { NestService } from './support/nest-service.js';
import { Traffic } from './support/traffic.js';

const PEERS = 10;
const KIBIBYTE = 1024;
const LARGE = 'x'.repeat(256 * KIBIBYTE);

@Controller()
class ServiceController {
  @MessagePattern('work')
  work(@Payload() { id }: { id: number }): number {
    return id;
  }

  @MessagePattern('large')
  large(): string {
    return LARGE;
  }

  @MessagePattern('endless')
  async *endless(): AsyncGenerator<string> {
    for (;;) yield LARGE.slice(0, KIBIBYTE);
  }

  @EventPattern('known')
  known(@Payload() value: number): number {
    return value;
  }
}

/** Keeps what an operator is bothered with, of the server alone. */
class ComplaintLog implements LoggerService {
  readonly lines: string[] = [];

  log(): void {}
  debug(): void {}

  warn(message: unknown, context?: unknown): void {
    if (context === 'SocketPoolServer') this.lines.push(String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.warn(message, rest.at(-1));
  }
}

/** The bytes of a client of the binary dialect that has said hello, and what it says then. */
function spoken(...frames: Parameters<ScriptedClient['encode']>): Buffer {
  return new ScriptedClient(new MemoryLinkPair().client).encode(helloFrame(), ...frames);
}

function frameHeader(length: number, type: number): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32BE(length, 0);
  header[4] = type;
  header.writeUInt32BE(1, 8);
  return header;
}

function stockPacket(packet: object): string {
  const json = JSON.stringify(packet);
  return `${json.length}#${json}`;
}

async function connectBad(port: number): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const QUICK: SocketPoolServerOptions = {
  handshakeTimeoutMs: 200,
  messageTimeoutMs: 200,
  limits: { maxMessageBytes: 64 * KIBIBYTE },
};

/** Bad peers beside a client that works all the time, and what became of all of them. */
async function besiege(
  options: SocketPoolServerOptions,
  attack: (socket: Socket) => void,
): Promise<{ lines: readonly string[]; causes: object; mostHeldBytes: number }> {
  const logger = new ComplaintLog();
  const service = await NestService.start({ controllers: [ServiceController], options, logger });
  const { strategy } = service;
  const client = service.client();
  await client.connect();
  const traffic = new Traffic(client, seededRandom(8), { perTurn: 2, maxWorkMs: 0 }).start();

  const sockets = await Promise.all(Array.from({ length: PEERS }, () => connectBad(service.port)));
  for (const socket of sockets) attack(socket);
  let mostHeldBytes = 0;
  await until(
    () => {
      const { connections } = strategy.snapshot();
      const held = connections.reduce((sum, { pendingBytes }) => sum + pendingBytes, 0);
      mostHeldBytes = Math.max(mostHeldBytes, held);
      const { closes } = strategy.snapshot();
      return Object.values(closes.active).reduce((sum, each) => sum + each, 0) === PEERS;
    },
    'all bad peers were closed',
    10_000,
  );
  // Who does not read does not see the end.
  for (const socket of sockets) socket.resume();
  await until(() => sockets.every(({ closed }) => closed), 'they have noticed');

  const outcomes = await traffic.stop();
  expect(outcomes.counts).toEqual({ ok: outcomes.made });
  expect(client.pool.snapshot().connects.established).toBe(1);
  const { active } = strategy.snapshot().closes;
  const causes = Object.fromEntries(Object.entries(active).filter(([, count]) => count > 0));
  return { lines: logger.lines, causes, mostHeldBytes };
}

describe('a peer that', () => {
  it.each([
    ['sends garbage', Buffer.from('\u0000\u0001garbage'), 'protocolError', /00 ?01/],
    ['speaks HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'protocolError', /HTTP/],
    ['speaks TLS', Buffer.from('160301020001000001fc0303', 'hex'), 'protocolError', /TLS/],
    ['sends half a hello', spoken().subarray(0, 12), 'handshakeTimeout', /within 200 ms/],
    ['says nothing', Buffer.alloc(0), 'handshakeTimeout', /within 200 ms/],
    [
      'announces a frame beyond the limit',
      Buffer.concat([spoken(), frameHeader(0xffff_ffff, 2)]),
      'protocolError',
      /4294967\d+ bytes.* 65536 bytes/,
    ],
    [
      'announces a stock message beyond the limit',
      Buffer.from('99999999#{"a":1'),
      'protocolError',
      /99999999 .*65536/,
    ],
    ['never ends a stock length', Buffer.from('9'.repeat(100)), 'protocolError', /length/],
    [
      'never ends a message',
      spoken(requestFrame(1, { payload: LARGE.slice(0, 2_000) })).subarray(0, -500),
      'messageTimeout',
      /more than 200 ms .*bytes so far/,
    ],
    ['never ends a stock message', Buffer.from('500#{"a":1'), 'messageTimeout', /more than 200 ms/],
  ] as const)(
    '%s is closed with one line, and nobody else notices',
    async (_, bytes, cause, says) => {
      const { lines, causes } = await besiege(QUICK, (socket) => socket.write(bytes));
      expect(causes).toEqual({ [cause]: PEERS });
      expect(lines).toHaveLength(PEERS);
      for (const line of lines) {
        expect(line).toMatch(/127\.0\.0\.1:\d+/);
        expect(line).toMatch(says);
        expect(line.length).toBeLessThan(400);
        expect(line).not.toMatch(/\n/);
      }
    },
  );
});

describe('a peer that does not read', () => {
  const maxPendingBytes = 1024 * KIBIBYTE;
  const slowReader = { highWaterBytes: 256 * KIBIBYTE, maxPendingBytes, timeoutMs: 300 };

  it.each([
    ['large replies', 100, 'large'],
    ['endless streams', 20, 'endless'],
  ] as const)(
    'its %s holds bounded memory and is closed with one line',
    async (_, asks, pattern) => {
      const requests = Array.from({ length: asks }, (__, index) =>
        requestFrame(index + 1, { pattern }),
      );
      // It grants all the credit there is, and takes nothing.
      const hello = helloFrame({ initialCreditBytes: 2 ** 30 });
      const bytes = new ScriptedClient(new MemoryLinkPair().client).encode(hello, ...requests);
      const { lines, causes, mostHeldBytes } = await besiege({ slowReader }, (socket) => {
        socket.pause();
        socket.write(bytes);
      });
      expect(causes).toEqual({ slowReader: PEERS });
      expect(lines).toHaveLength(PEERS);
      // Each may be over its limit by the reply that took it there.
      expect(mostHeldBytes).toBeLessThan(PEERS * (maxPendingBytes + LARGE.length * 2));
      expect(mostHeldBytes).toBeGreaterThan(0);
    },
  );
});

describe('a peer that sends events which nobody handles', () => {
  it('does not fill the log', async () => {
    const logger = new ComplaintLog();
    const service = await NestService.start({ controllers: [ServiceController], logger });
    const socket = await connectBad(service.port);
    const answered = once(socket, 'data');
    socket.write(stockPacket({ pattern: 'unknown', data: 1 }).repeat(10_000));
    socket.write(stockPacket({ id: '1', pattern: 'work', data: { id: 7 } }));
    await answered;

    expect(logger.lines[0]).toMatch(/no matching event handler .*unknown/);
    expect(logger.lines.length).toBeLessThanOrEqual(200);
  });
});
