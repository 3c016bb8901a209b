import { Buffer } from 'node:buffer';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/common/clock.js';
import { resolveOptions } from '../../../lib/common/options.js';
import { ClientConnection } from '../../../lib/connection/client-connection.js';
import { connectionOptionTable } from '../../../lib/connection/connection-options.js';
import { ServerConnection } from '../../../lib/connection/server-connection.js';
import { slowReaderOptionTable } from '../../../lib/connection/slow-reader-guard.js';
import { binaryDialect } from '../../../lib/protocol/binary/binary-dialect.js';
import { FrameType, GoAwayReason } from '../../../lib/protocol/frame.js';
import { RecordedCall } from '../../support/recorded-call.js';
import { ScriptedPeer } from '../../support/scripted-peer.js';
import { SocketLinkPair } from '../../support/socket-link-pair.js';
import { until } from '../../support/until.js';
import { ClientRecorder } from '../../unit/connection/client-harness.js';
import { HandlerRecorder } from '../../unit/connection/server-harness.js';

const KIBIBYTE = 1024;
const HEARTBEAT = { intervalMs: 100, misses: 2 };

const pairs: SocketLinkPair[] = [];

async function openPair(): Promise<SocketLinkPair> {
  const pair = await SocketLinkPair.open('tcp://127.0.0.1:0');
  pairs.push(pair);
  return pair;
}

function commonOptions() {
  return {
    ...resolveOptions(connectionOptionTable, { heartbeat: HEARTBEAT }, []),
    dialect: binaryDialect,
    clock: systemClock,
    metadata: undefined,
    loopLagMs: () => 0,
  };
}

function serveOn(pair: SocketLinkPair) {
  const handler = new HandlerRecorder();
  const options = {
    ...commonOptions(),
    slowReader: resolveOptions(slowReaderOptionTable, {}, []),
    maxStreams: 100_000,
    maxEvents: 100,
    maxStreamBufferBytes: 1024 * KIBIBYTE,
    queueAgeMs: () => 0,
  };
  const connection = new ServerConnection(pair.server, options, handler);
  connection.start();
  return { connection, handler };
}

async function connectOver(pair: SocketLinkPair) {
  const handler = new ClientRecorder();
  const connection = new ClientConnection(pair.client, commonOptions(), handler);
  connection.start();
  await until(() => connection.isReady, 'the handshake is done');
  return { connection, handler };
}

afterEach(async () => {
  for (const pair of pairs.splice(0)) await pair.close();
});

describe('over real sockets', () => {
  it('a go-away reaches a peer of another version, although the server leaves its bytes unread', async () => {
    const pair = await openPair();
    const { handler } = serveOn(pair);
    const client = new ScriptedPeer(pair.client, { role: 'client' });
    client.link.write(Buffer.from('\xf5NSP\r\n\x09\x00', 'latin1'));
    for (let count = 0; count < 20; count++) client.link.write(Buffer.alloc(64 * KIBIBYTE));
    await until(() => client.isEnded, 'the server has ended its half');
    client.link.end();
    await until(() => handler.closes.length === 1, 'the server has closed');

    expect(client.of(FrameType.GoAway)).toMatchObject([
      { reason: GoAwayReason.UnsupportedVersion },
    ]);
    expect(client.recorder.closes.filter((error) => error !== undefined)).toEqual([]);
  });

  it('a drain in a storm of calls loses none that was accepted', async () => {
    const pair = await openPair();
    const server = serveOn(pair);
    server.handler.onRequest = (stream) => {
      server.handler.streams.push(stream);
      setImmediate(() => stream.respond('done'));
    };
    const client = await connectOver(pair);
    const calls: RecordedCall[] = [];
    const storm = (): void => {
      for (let count = 0; count < 100 && client.connection.isReady; count++) {
        calls.push(new RecordedCall());
        client.connection.open(calls.at(-1)!);
      }
      if (client.connection.isReady) setImmediate(storm);
    };
    storm();
    await until(() => server.handler.streams.length > 2_000, 'the storm is on');
    server.connection.drain('shutdown', GoAwayReason.Shutdown, 'bye');
    await until(() => client.handler.closes.length === 1, 'the client has closed');

    expect(calls.every(({ settlements }) => settlements === 1)).toBe(true);
    const failures = calls.flatMap((call) => call.failures);
    expect(failures.every(({ code, retryable }) => code === 'REJECTED' && retryable)).toBe(true);
    expect(calls.length - failures.length).toBe(server.handler.streams.length);
    expect(client.handler.closes).toEqual([undefined]);
    await until(() => server.handler.closes.length === 1, 'the server has closed');
  });

  it('a stall of one’s own is not held against the peer', async () => {
    const pair = await openPair();
    const server = serveOn(pair);
    const client = await connectOver(pair);
    for (let count = 0; count < 4; count++) {
      const end = performance.now() + HEARTBEAT.intervalMs * (1.2 + count);
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    expect(client.handler.closes).toEqual([]);
    expect(server.handler.closes).toEqual([]);
  });

  it('a stream faster than its reader holds a bounded amount, and arrives whole', async () => {
    const pair = await openPair();
    const server = serveOn(pair);
    const total = 2_000;
    let sent = 0;
    let held = 0;
    server.handler.onRequest = (stream) => {
      const pump = (): void => {
        while (sent < total && stream.canSend) {
          stream.next('x'.repeat(4 * KIBIBYTE));
          held = Math.max(held, server.connection.heldBytes);
          if (++sent === total) stream.respond('end');
        }
      };
      stream.owner = { onStop: () => undefined, onWritable: pump };
      pump();
    };
    const client = await connectOver(pair);
    const call = new RecordedCall();
    call.atValue = () => {
      // The consumer takes its time.
      const { creditBytes } = call;
      call.creditBytes = 0;
      setImmediate(() => client.connection.grant(call, creditBytes));
    };
    client.connection.open(call);
    await until(() => call.ends === 1, 'all has arrived');

    expect(call.values).toHaveLength(total + 1);
    expect(held).toBeLessThan(1024 * KIBIBYTE);
  });
});
