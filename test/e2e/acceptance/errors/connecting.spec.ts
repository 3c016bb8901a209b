import { Controller } from '@nestjs/common';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SocketPoolClient } from '../../../../lib/client/socket-pool-client.js';
import { SocketPoolModule } from '../../../../lib/module/socket-pool.module.js';
import { GoAwayReason, FrameType } from '../../../../lib/protocol/frame.js';
import { SocketPoolServer } from '../../../../lib/server/socket-pool-server.js';
import { certificates } from '../../../support/certificates.js';
import { FaultProxy } from '../../../support/fault-proxy.js';
import { checkFailure, expectFailure } from '../support/failure.js';
import { clientAt, NestService } from '../support/nest-service.js';
import { ScriptedServer } from '../support/scripted-server.js';

@Controller()
class EmptyController {}

const INVALID = { code: 'INVALID_OPTIONS', processed: 'no', retryable: false } as const;
const HANDSHAKE = { code: 'HANDSHAKE_FAILED', processed: 'no' } as const;

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A server that answers the first bytes of anybody with these. */
async function startForeign(answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.write(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('INVALID_OPTIONS', () => {
  it('lists every option that is wrong, with its value and range', () => {
    const options = { endpoints: ['orders'], connectTimeoutMs: -1, pool: { maxConnection: 3 } };
    const error = checkFailure(
      thrownBy(() => new SocketPoolClient(options as object)),
      { ...INVALID, message: /^3 options are not usable for SocketPoolClient:/ },
    );
    expect(error.message).toMatch(/endpoints: .*orders.*tcp:\/\//);
    expect(error.message).toMatch(/connectTimeoutMs: -1 is not .* from 1 to 3600000/);
    expect(error.message).toMatch(/pool\.maxConnection: .*pool\.maxConnections|maxConnections/);
  });

  it('meets servers, modules, records and single calls as well', async () => {
    checkFailure(
      thrownBy(() => new SocketPoolServer({ port: 70_000 })),
      { ...INVALID, message: /port: 70000 is not .* from 0 to 65535/ },
    );
    checkFailure(
      thrownBy(() => SocketPoolModule.register([{ name: 'a' }, { name: 'a' }])),
      { ...INVALID, message: /clients\[1\]\.name: .*a.* is given twice/ },
    );
    const client = clientAt('tcp://127.0.0.1:1');
    await expectFailure(client.request('ask', 1, { deadlineMs: -5 }), {
      ...INVALID,
      message: /deadlineMs: -5 is not .* from 0 to 2147483647/,
    });
  });
});

describe('CONNECT_FAILED', () => {
  const failed = { code: 'CONNECT_FAILED', processed: 'no', retryable: true } as const;

  it('says that nobody listens there', async () => {
    const port = await freePort();
    await expectFailure(clientAt(`tcp://127.0.0.1:${port}`).request('ask', 1), {
      ...failed,
      message: new RegExp(`tcp://127.0.0.1:${port}.*ECONNREFUSED`),
    });
  });

  it('says that there is no such name, no such unix socket', async () => {
    await expectFailure(clientAt('tcp://no-such-host.invalid:4000').request('ask', 1), {
      ...failed,
      message: /no-such-host\.invalid:4000.*(ENOTFOUND|EAI_AGAIN)/,
    });
    await expectFailure(clientAt('unix:/tmp/no-such.sock').request('ask', 1), {
      ...failed,
      message: /no-such\.sock.*ENOENT/,
    });
  });

  it('says that TLS failed', async () => {
    const service = await NestService.start({
      controllers: [EmptyController],
      options: { listen: 'tls://127.0.0.1:0', tlsOptions: certificates().server },
    });
    await expectFailure(clientAt(service.address).request('ask', 1), {
      ...failed,
      message: /tls:\/\/127\.0\.0\.1:\d+.*certificate/,
    });
  });
});

describe('CONNECT_TIMEOUT', () => {
  it('says how long a peer that accepts and never speaks was waited for', async () => {
    const mute = await FaultProxy.open(1, { isMute: true });
    onTestFinished(() => mute.close());
    const client = clientAt(mute.address, { connectTimeoutMs: 50 });
    await expectFailure(client.request('ask', 1), {
      code: 'CONNECT_TIMEOUT',
      processed: 'no',
      retryable: true,
      message: new RegExp(`${mute.address} within 50 ms`),
    });
  });
});

describe('HANDSHAKE_FAILED', () => {
  it('says that the peer speaks another protocol', async () => {
    const port = await startForeign('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expectFailure(clientAt(`tcp://127.0.0.1:${port}`).request('ask', 1), {
      ...HANDSHAKE,
      retryable: false,
      message: new RegExp(`127.0.0.1:${port} .*HTTP`),
    });
  });

  it('says that the server has too many connections', async () => {
    const service = await NestService.start({
      controllers: [EmptyController],
      options: { maxConnections: 1 },
    });
    await service.client().connect();
    await expectFailure(service.client().request('ask', 1), {
      ...HANDSHAKE,
      // There may be room later, or elsewhere.
      retryable: true,
      origin: 'remote',
      message: /1 of 1 connections/,
    });
  });
});

describe('UNSUPPORTED_VERSION', () => {
  it('says which versions do not meet', async () => {
    const server = await ScriptedServer.open((peer) => {
      peer.send({
        type: FrameType.GoAway,
        lastStreamId: 0,
        reason: GoAwayReason.UnsupportedVersion,
        message: 'versions 2 to 3 are spoken here, not 1',
      });
    });
    await expectFailure(clientAt(server.address).request('ask', 1), {
      code: 'UNSUPPORTED_VERSION',
      processed: 'no',
      retryable: false,
      origin: 'remote',
      message: /127\.0\.0\.1:\d+ .*versions 2 to 3 .* not 1/,
    });
  });
});
