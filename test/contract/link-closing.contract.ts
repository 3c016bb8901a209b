import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Link } from '../../lib/link/link.js';
import { LinkRecorder } from '../support/link-recorder.js';
import { until } from '../support/until.js';
import type { LinkEnds, OpenLinkEnds } from './link-ends.js';
import { BACKLOG_BYTES, silentHandler, turns } from './link-ends.js';

/** How a link ends: by one side, by both, by force; reported once. */
export function describeLinkClosing(open: OpenLinkEnds): void {
  describe('ends', () => {
    let ends: LinkEnds;
    let client: Link;
    let server: Link;

    beforeEach(async () => {
      ends = await open();
      ({ client, server } = ends);
    });
    afterEach(() => ends.close());

    describe('end()', () => {
      it('sends what is pending first, then the end', async () => {
        LinkRecorder.of(client);
        client.write(Buffer.alloc(BACKLOG_BYTES));
        client.end();
        const atServer = LinkRecorder.of(server);
        await until(() => atServer.ends === 1, 'the end');
        expect(atServer.length).toBe(BACKLOG_BYTES);
      });

      it('leaves the peer free to answer, and closes both once both have ended', async () => {
        const [atClient, atServer] = [LinkRecorder.of(client), LinkRecorder.of(server)];
        client.write(Buffer.from('question'));
        client.end();
        client.end();
        await until(() => atServer.ends === 1, 'the end at the server');
        await turns();
        expect(server.isClosed).toBe(false);
        server.write(Buffer.from('answer'));
        server.end();
        await until(() => atClient.isClosed && atServer.isClosed, 'both are closed');
        expect(atClient.text).toBe('answer');
        expect(atClient.ends).toBe(1);
        expect(atClient.closes).toEqual([undefined]);
        expect(atServer.closes).toEqual([undefined]);
        expect([client.isClosed, server.isClosed]).toEqual([true, true]);
      });

      it('lets nothing be written after it', async () => {
        const [atClient, atServer] = [LinkRecorder.of(client), LinkRecorder.of(server)];
        client.write(Buffer.from('last'));
        client.end();
        client.write(Buffer.from('too late'));
        client.writeAll([Buffer.from('too'), Buffer.from('late')]);
        await until(() => atServer.ends === 1, 'the end');
        expect(atServer.text).toBe('last');
        expect(client.bytesWritten).toBe(4);
        expect(atClient.closes).toEqual([]);
      });
    });

    describe('destroy()', () => {
      it('closes once, with the error it was given', async () => {
        const atClient = LinkRecorder.of(client);
        const error = new Error('protocol error');
        client.destroy(error);
        client.destroy(new Error('another'));
        client.end();
        client.write(Buffer.from('x'));
        client.pause();
        client.resume();
        expect(client.isClosed).toBe(true);
        expect(atClient.closes).toEqual([]);
        await until(() => atClient.isClosed, 'the close');
        await turns();
        expect(atClient.closes).toEqual([error]);
      });

      it('without an error closes without one', async () => {
        const atClient = LinkRecorder.of(client);
        client.destroy();
        await until(() => atClient.isClosed, 'the close');
        expect(atClient.closes).toEqual([undefined]);
      });

      it('stops the delivery at once, even from inside it', async () => {
        const closes: unknown[] = [];
        let chunks = 0;
        let ends = 0;
        server.start({
          ...silentHandler,
          onData: () => {
            chunks++;
            server.destroy();
          },
          onEnd: () => ends++,
          onClose: (error) => closes.push(error),
        });
        LinkRecorder.of(client);
        client.write(Buffer.alloc(1_000_000));
        client.end();
        await until(() => closes.length === 1, 'the close');
        await turns();
        expect([chunks, ends, closes]).toEqual([1, 0, [undefined]]);
      });

      it('is seen by the peer', async () => {
        const atServer = LinkRecorder.of(server);
        LinkRecorder.of(client);
        client.destroy();
        await until(() => atServer.ends === 1 || atServer.isClosed, 'the end or the close');
        server.end();
        await until(() => atServer.isClosed, 'the close');
        expect(atServer.closes).toHaveLength(1);
      });

      it('of a link that was never started is reported when it is', async () => {
        const error = new Error('refused');
        server.destroy(error);
        await turns();
        const atServer = LinkRecorder.of(server);
        expect(atServer.closes).toEqual([]);
        await until(() => atServer.isClosed, 'the close');
        expect(atServer.closes).toEqual([error]);
      });
    });

    describe('a peer that resets', () => {
      it('closes the link once, with an error', async () => {
        const atClient = LinkRecorder.of(client);
        client.write(Buffer.alloc(BACKLOG_BYTES));
        await turns();
        // Closing with unread bytes is answered with a reset.
        server.destroy();
        await until(() => atClient.isClosed, 'the close');
        await turns();
        expect(atClient.closes).toHaveLength(1);
        expect(atClient.closes[0]).toBeInstanceOf(Error);
        expect(client.isClosed).toBe(true);
        client.write(Buffer.from('x'));
        client.end();
        client.destroy();
        await turns();
        expect(atClient.closes).toHaveLength(1);
      });

      it('is noticed by a paused link as soon as it writes', async () => {
        const atClient = LinkRecorder.of(client);
        client.pause();
        server.destroy();
        await turns();
        await until(() => {
          client.write(Buffer.from('heartbeat'));
          return atClient.isClosed;
        }, 'the close');
        expect(atClient.closes).toHaveLength(1);
      });
    });
  });
}
