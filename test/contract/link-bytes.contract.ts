import { Buffer } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomInteger, seededRandom } from '../../lib/common/random.js';
import type { Link } from '../../lib/link/link.js';
import { LinkRecorder } from '../support/link-recorder.js';
import { until } from '../support/until.js';
import type { LinkEnds, OpenLinkEnds } from './link-ends.js';
import { BACKLOG_BYTES, silentHandler, turns } from './link-ends.js';

function patternOf(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 7 + (index >> 8)) & 0xff;
  return bytes;
}

/** How bytes travel: in order, held back by a paused reader, counted while they wait. */
export function describeLinkBytes(open: OpenLinkEnds): void {
  describe('moves bytes', () => {
    let ends: LinkEnds;
    let client: Link;
    let server: Link;

    beforeEach(async () => {
      ends = await open();
      ({ client, server } = ends);
    });
    afterEach(() => ends.close());

    describe('bytes', () => {
      it('arrive in order, both ways, however they are cut', async () => {
        const bytes = patternOf(1_000_000);
        const random = seededRandom(42);
        const [atClient, atServer] = [LinkRecorder.of(client), LinkRecorder.of(server)];
        for (let offset = 0; offset < bytes.length;) {
          const cuts = [1, 100, 5_000, 60_000].map((size) => {
            const piece = bytes.subarray(offset, offset + 1 + randomInteger(random, size));
            offset += piece.length;
            return piece;
          });
          client.writeAll(cuts);
          for (const piece of cuts) server.write(piece);
          if (randomInteger(random, 4) === 0) await nextTurn();
        }
        await until(() => atServer.length === bytes.length, 'all bytes at the server');
        await until(() => atClient.length === bytes.length, 'all bytes at the client');
        expect(atServer.bytes.equals(bytes)).toBe(true);
        expect(atClient.bytes.equals(bytes)).toBe(true);
      });

      it('that come before the start are not lost', async () => {
        client.write(Buffer.from('early'));
        await turns();
        const atServer = LinkRecorder.of(server);
        await until(() => atServer.text === 'early', 'the early bytes');
      });

      it('may be overwritten as soon as nothing is pending', async () => {
        const atServer = LinkRecorder.of(server);
        LinkRecorder.of(client);
        let buffer = Buffer.alloc(3);
        for (let index = 100; index < 400; index++) {
          if (client.pendingBytes > 0) buffer = Buffer.alloc(3);
          buffer.write(String(index));
          client.write(buffer);
        }
        await until(() => atServer.length === 900, 'all numbers');
        const numbers = atServer.text.match(/.{3}/g)!.map(Number);
        expect(numbers).toEqual(Array.from({ length: 300 }, (_, index) => 100 + index));
      });

      it('are counted, empty writes being nothing', async () => {
        const atServer = LinkRecorder.of(server);
        const atClient = LinkRecorder.of(client);
        client.write(Buffer.alloc(0));
        client.writeAll([]);
        client.writeAll([Buffer.alloc(10), Buffer.alloc(0), Buffer.alloc(20)]);
        server.write(Buffer.alloc(5));
        await until(() => atServer.length === 30 && atClient.length === 5, 'the bytes');
        expect([client.bytesWritten, client.bytesRead]).toEqual([30, 5]);
        expect([server.bytesWritten, server.bytesRead]).toEqual([5, 30]);
      });
    });

    describe('a paused link', () => {
      it('delivers nothing, and loses nothing', async () => {
        const atServer = LinkRecorder.of(server);
        client.write(Buffer.from('one'));
        await until(() => atServer.text === 'one', 'the first bytes');
        server.pause();
        client.write(Buffer.from('two'));
        await turns();
        expect(atServer.text).toBe('one');
        server.resume();
        await until(() => atServer.text === 'onetwo', 'the bytes that were held back');
      });

      it('stops at once, in the middle of what arrived', async () => {
        const bytes = patternOf(200_000);
        let chunks = 0;
        const parts: Buffer[] = [];
        server.start({
          ...silentHandler,
          onData: (chunk) => {
            chunks++;
            parts.push(chunk);
            server.pause();
          },
        });
        client.start(silentHandler);
        client.write(bytes);
        for (let round = 1; parts.reduce((sum, part) => sum + part.length, 0) < bytes.length;) {
          await until(() => chunks === round, 'one more chunk');
          await nextTurn();
          expect(chunks).toBe(round++);
          server.resume();
        }
        expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      });

      it('may be paused before it is started', async () => {
        server.pause();
        const atServer = LinkRecorder.of(server);
        client.write(Buffer.from('held'));
        await turns();
        expect(atServer.text).toBe('');
        server.resume();
        await until(() => atServer.text === 'held', 'the bytes');
      });

      it('is not started by resume()', async () => {
        client.write(Buffer.from('kept'));
        server.resume();
        await turns();
        const atServer = LinkRecorder.of(server);
        await until(() => atServer.text === 'kept', 'the bytes');
      });
    });

    describe('backlog', () => {
      it('is what the kernel has not taken, and its end is reported once', async () => {
        const atClient = LinkRecorder.of(client);
        client.write(Buffer.alloc(BACKLOG_BYTES));
        client.write(Buffer.alloc(1_000));
        await turns();
        expect(client.pendingBytes).toBeGreaterThan(0);
        expect(client.bytesWritten).toBe(BACKLOG_BYTES + 1_000);
        expect(atClient.drains).toBe(0);
        const atServer = LinkRecorder.of(server);
        await until(() => atServer.length === BACKLOG_BYTES + 1_000, 'the backlog at the server');
        await until(() => atClient.drains === 1, 'the drain');
        expect(client.pendingBytes).toBe(0);
        await turns();
        expect(atClient.drains).toBe(1);
      });

      it('is always followed by a drain, however it came about', async () => {
        const atServer = LinkRecorder.of(server);
        let waiting = 0;
        let drains = 0;
        client.start({
          ...silentHandler,
          onDrain: () => {
            drains++;
            waiting = 0;
          },
        });
        for (let round = 0; round < 50; round++) {
          const pieces = [Buffer.alloc(300_000), Buffer.alloc(7), Buffer.alloc(100_000)];
          if (round % 2 === 0) client.writeAll(pieces);
          else for (const piece of pieces) client.write(piece);
          waiting = client.pendingBytes;
          if (round % 3 === 0) await until(() => waiting === 0, 'a drain');
        }
        await until(() => atServer.length === 50 * 400_007, 'all bytes');
        await until(() => waiting === 0, 'the last drain');
        expect(client.pendingBytes).toBe(0);
        expect(drains).toBeLessThanOrEqual(50);
      });

      it('of a closed link is zero', async () => {
        client.write(Buffer.alloc(BACKLOG_BYTES));
        client.destroy();
        expect(client.pendingBytes).toBe(0);
        const atClient = LinkRecorder.of(client);
        await until(() => atClient.isClosed, 'the close');
        expect(atClient.drains).toBe(0);
      });
    });
  });
}
