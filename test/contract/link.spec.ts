import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lib/common/clock.js';
import { certificates } from '../support/certificates.js';
import { MemoryLinkPair } from '../support/memory-link-pair.js';
import { SocketLinkPair } from '../support/socket-link-pair.js';
import { describeLink } from './link.contract.js';

function memoryPair(splitBytes: number) {
  const pair = new MemoryLinkPair({ clock: systemClock });
  for (const wire of [pair.toServer, pair.toClient]) {
    wire.capacityBytes = 1024 * 1024;
    wire.splitBytes = splitBytes;
  }
  const close = (): Promise<void> => {
    pair.client.destroy();
    pair.server.destroy();
    return Promise.resolve();
  };
  return Promise.resolve({ client: pair.client, server: pair.server, close });
}

describeLink('memory', () => memoryPair(65_536));
describeLink('memory, in small pieces', () => memoryPair(1_000));
describeLink('tcp', () => SocketLinkPair.open('tcp://127.0.0.1:0'));
describeLink('tcp over IPv6', () => SocketLinkPair.open('tcp://[::1]:0'));
describeLink('unix', () =>
  SocketLinkPair.open(`unix:${join(tmpdir(), `link-${randomUUID()}.sock`)}`),
);
describeLink('tls', () =>
  SocketLinkPair.open('tls://127.0.0.1:0', {
    server: certificates().server,
    client: { ca: certificates().ca },
  }),
);
