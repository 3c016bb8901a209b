import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Acceptor } from '../../../lib/acceptor/acceptor.js';
import { readListenAddresses } from '../../../lib/acceptor/acceptor-addresses.js';
import type { AcceptorEvents } from '../../../lib/acceptor/acceptor-events.js';
import type {
  AcceptorHandler,
  IncomingEvent,
  IncomingStream,
} from '../../../lib/acceptor/acceptor-handler.js';
import type { AcceptorOptionsInput } from '../../../lib/acceptor/acceptor-options.js';
import { acceptorOptionTable } from '../../../lib/acceptor/acceptor-options.js';
import { createAcceptor } from '../../../lib/acceptor/create-acceptor.js';
import { resolveOptions } from '../../../lib/common/options.js';
import { dialerFor } from '../../../lib/link/dialers.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { helloFrame, requestFrame, ScriptedClient } from '../../support/scripted-client.js';
import { addressOf, dialerOptions } from '../../support/socket-link-pair.js';
import { until } from '../../support/until.js';

/** Open descriptors of this process. */
export const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** A peer that says what it is told to, over a plain socket. */
export class Attacker {
  isClosed = false;
  received = '';

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => (this.received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    onTestFinished(() => void socket.destroy());
  }
}

/** An acceptor on real sockets that echoes, and what it told. Closed when the test is over. */
export class LiveAcceptor implements AcceptorHandler {
  readonly acceptor: Acceptor;
  readonly streams: IncomingStream[] = [];
  readonly events: IncomingEvent[] = [];
  readonly closed: AcceptorEvents['connectionClosed'][] = [];
  readonly failed: AcceptorEvents['linkFailed'][] = [];
  addresses: readonly string[] = [];
  answer = (stream: IncomingStream): void => stream.respond(stream.request.payload);

  constructor(listen: readonly string[], options: AcceptorOptionsInput, tls?: TlsOptions) {
    const problems: string[] = [];
    const addresses = readListenAddresses(listen, tls !== undefined, problems);
    const resolved = resolveOptions(acceptorOptionTable, options, problems);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    this.acceptor = createAcceptor({ addresses, tls, options: resolved, handler: this });
    this.acceptor.on('connectionClosed', (event) => this.closed.push(event));
    this.acceptor.on('linkFailed', (event) => this.failed.push(event));
  }

  static async open(
    options: AcceptorOptionsInput = {},
    listen: readonly string[] = ['tcp://127.0.0.1:0'],
    tls?: TlsOptions,
  ): Promise<LiveAcceptor> {
    const live = new LiveAcceptor(listen, { drainTimeoutMs: 200, ...options }, tls);
    live.addresses = await live.acceptor.listen();
    onTestFinished(async () => live.acceptor.close());
    return live;
  }

  onRequest(stream: IncomingStream): void {
    this.streams.push(stream);
    this.answer(stream);
  }

  onEvent(event: IncomingEvent): void {
    this.events.push(event);
    event.done();
  }

  /** Why connections closed, in order. */
  get causes(): string[] {
    return this.closed.map(({ reason }) => reason.cause);
  }

  get port(): number {
    return Number(this.addresses[0]!.split(':').at(-1));
  }

  async attack(first?: string | Buffer): Promise<Attacker> {
    const attacker = new Attacker(createConnection({ port: this.port, host: '127.0.0.1' }));
    await once(attacker.socket, 'connect');
    if (first !== undefined) attacker.socket.write(first);
    return attacker;
  }

  /** A client that keeps to the rules, with its handshake done. */
  async greet(address = this.addresses[0]!): Promise<ScriptedClient> {
    const dialer = dialerFor(addressOf(address, 'dial'), dialerOptions(), {
      rejectUnauthorized: false,
    });
    const link = await dialer.dial(new AbortController().signal);
    onTestFinished(() => link.destroy());
    const client = new ScriptedClient(link);
    client.send(helloFrame({ initialCreditBytes: 2 ** 30 }));
    await until(() => client.of(FrameType.Hello).length === 1, 'the handshake is done');
    return client;
  }

  /** Asks, and waits for the answer. */
  async ask(client: ScriptedClient, streamId: number): Promise<void> {
    client.send(requestFrame(streamId, { payload: streamId }));
    await until(
      () => client.of(FrameType.Response).some((frame) => frame.streamId === streamId),
      `request ${streamId} was answered`,
    );
  }
}
