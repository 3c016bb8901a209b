import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { helloFrame, requestFrame, ScriptedClient } from '../../support/scripted-client.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';
import { until } from '../../support/until.js';
import type { Attacker } from './live-acceptor.js';
import { descriptors, LiveAcceptor } from './live-acceptor.js';

const PEERS = 40;
const MEBIBYTE = 1024 * 1024;

/** The bytes of a client that has said hello, and what it says then. */
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

/** Many attackers beside a client that keeps to the rules: they go, it does not notice. */
async function besiege(
  live: LiveAcceptor,
  attack: (attacker: Attacker, index: number) => void,
): Promise<void> {
  const honest = await live.greet();
  await live.ask(honest, 1);
  const before = descriptors();
  const attackers = await Promise.all(Array.from({ length: PEERS }, async () => live.attack()));
  for (const [index, attacker] of attackers.entries()) attack(attacker, index);
  for (let streamId = 2; streamId <= 20; streamId++) await live.ask(honest, streamId);
  await until(() => live.closed.length === PEERS, 'all attackers were closed', 10_000);
  // Those that do not read do not notice.
  for (const { socket } of attackers) socket.resume();
  await until(() => attackers.every(({ isClosed }) => isClosed), 'they noticed');
  await live.ask(honest, 21);

  expect(live.closed).toHaveLength(PEERS);
  expect(honest.isClosed).toBe(false);
  await until(() => descriptors() <= before, 'no descriptor was lost');
}

describe('peers that break the rules are closed, each alone, when they send', () => {
  it.each([
    ['garbage', Buffer.from('\u0000\u0001garbage without end')],
    ['HTTP', Buffer.from('POST / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a TLS hello', Buffer.from('160301020001000001fc0303', 'hex')],
    ['a length that is none', Buffer.from('99x#{}')],
    ['a length without end', Buffer.from('9'.repeat(100))],
    ['a length beyond the limit', Buffer.from('999999999#{"a":1')],
    ['text that is no JSON', Buffer.from('5#nope!')],
    ['a preface of another version', Buffer.from('f54e53500d0a0900', 'hex')],
    ['a request before the hello', Buffer.concat([spoken().subarray(0, 8), frameHeader(0, 2)])],
    ['a frame beyond the limit', Buffer.concat([spoken(), frameHeader(0xffff_ffff, 2)])],
    ['a frame of an unknown type', Buffer.concat([spoken(), frameHeader(0, 0x7f)])],
    ['a stream twice', spoken(requestFrame(5), requestFrame(5))],
  ])(
    '%s',
    async (_, bytes) => {
      const live = await LiveAcceptor.open({ handshakeTimeoutMs: 300 });
      await besiege(live, ({ socket }) => {
        socket.write(bytes);
        // And on and on.
        const flood = setInterval(() => socket.write(bytes), 5);
        socket.on('close', () => clearInterval(flood));
      });
      expect(new Set(live.causes)).toEqual(new Set(['protocolError']));
    },
    30_000,
  );
});

describe('peers that take their time are closed, each alone, when they', () => {
  it('say nothing', async () => {
    const live = await LiveAcceptor.open({ handshakeTimeoutMs: 300 });
    await besiege(live, () => undefined);

    expect(new Set(live.causes)).toEqual(new Set(['handshakeTimeout']));
  });

  it('say half a hello', async () => {
    const live = await LiveAcceptor.open({ handshakeTimeoutMs: 300 });
    await besiege(live, ({ socket }, index) =>
      socket.write(spoken().subarray(0, 4 + (index % 12))),
    );

    expect(new Set(live.causes)).toEqual(new Set(['handshakeTimeout']));
  });

  it('send half a message, in our dialect and in the stock one', async () => {
    const live = await LiveAcceptor.open({ messageTimeoutMs: 300 });
    const half = spoken(requestFrame(1, { payload: 'x'.repeat(1_000) })).subarray(0, -500);
    await besiege(live, ({ socket }, index) =>
      socket.write(index % 2 === 0 ? half : '5000#{"pattern":"ask'),
    );

    expect(new Set(live.causes)).toEqual(new Set(['messageTimeout']));
  });

  it('drip a message byte by byte', async () => {
    const live = await LiveAcceptor.open({ messageTimeoutMs: 300 });
    await besiege(live, ({ socket }) => {
      socket.write('5000#');
      const drip = setInterval(() => socket.write(' '), 20);
      socket.on('close', () => clearInterval(drip));
    });

    expect(new Set(live.causes)).toEqual(new Set(['messageTimeout']));
  });
});

describe('memory that peers can hold is bounded when they', () => {
  it('never end a message', async () => {
    const live = await LiveAcceptor.open({
      limits: { maxMessageBytes: MEBIBYTE },
      maxBufferedBytes: 8 * MEBIBYTE,
    });
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    await besiege(live, ({ socket }) => {
      socket.write('1000000#');
      const flood = (): void => {
        while (!socket.destroyed && socket.write(chunk));
        socket.once('drain', flood);
      };
      flood();
    });

    expect(new Set(live.causes)).toEqual(new Set(['protocolError']));
  });

  it('hold half a message each, all together', async () => {
    const live = await LiveAcceptor.open({
      limits: { maxMessageBytes: MEBIBYTE },
      maxBufferedBytes: 4 * MEBIBYTE,
      messageTimeoutMs: 2_000,
    });
    const honest = await live.greet();
    const attackers = await Promise.all(
      Array.from({ length: 20 }, async () =>
        live.attack(Buffer.from(`900000#${' '.repeat(500_000)}`)),
      ),
    );
    await until(() => live.closed.length >= 12, 'enough of them were closed');
    await live.ask(honest, 1);

    expect(new Set(live.causes)).toEqual(new Set(['other']));
    expect(attackers.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(8);
    await until(() => live.closed.length === 20, 'the others ran out of time');
  });

  it('ask and do not read', async () => {
    const live = await LiveAcceptor.open({
      slowReader: { highWaterBytes: 256 * 1024, maxPendingBytes: 4 * MEBIBYTE, timeoutMs: 500 },
    });
    const large = 'x'.repeat(256 * 1024);
    live.answer = (stream) => stream.respond(stream.request.payload === 'large' ? large : 1);
    const rss = process.memoryUsage().rss;
    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 20);
    const asks = [];
    for (let streamId = 1; streamId <= 400; streamId++)
      asks.push(requestFrame(streamId, { payload: 'large' }));
    const bytes = spoken(...asks);
    await besiege(live, ({ socket }) => {
      socket.pause();
      socket.write(bytes);
    });
    clearInterval(watch);

    expect(new Set(live.causes)).toEqual(new Set(['slowReader']));
    // Without a bound it would be 40 × 400 × 256 KiB: 4 GiB.
    expect(highest - rss).toBeLessThan(512 * MEBIBYTE);
  }, 30_000);

  it('send events faster than they are handled', async () => {
    const live = await LiveAcceptor.open({ maxEvents: 10 });
    const inWork: (() => void)[] = [];
    live.onEvent = (event) => inWork.push(() => event.done());
    const event = '40#{"pattern":"tick","data":"0123456789AB"}';
    const attacker = await live.attack(event.repeat(1_000));
    await until(() => inWork.length > 0, 'events arrived');
    for (let round = 0; round < 20; round++) attacker.socket.write(event.repeat(10_000));
    await new Promise((resolve) => setTimeout(resolve, 100));

    // What is read at once is handed over at once: a chunk is the granularity of the bound.
    expect(inWork.length).toBeLessThan(4_000);
    live.onEvent = (late) => late.done();
    for (const done of inWork) done();
  });
});
