import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { LinkRecorder } from '../../support/link-recorder.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';

describe('the knobs of a pair of memory links', () => {
  let clock: ManualClock;
  let pair: MemoryLinkPair;
  let atClient: LinkRecorder;
  let atServer: LinkRecorder;

  beforeEach(() => {
    clock = new ManualClock();
    pair = new MemoryLinkPair({ clock });
    atClient = LinkRecorder.of(pair.client);
    atServer = LinkRecorder.of(pair.server);
  });

  it('deliver in the next turn', () => {
    pair.client.write(Buffer.from('hello'));
    expect(atServer.text).toBe('');
    clock.endTurn();
    expect(atServer.text).toBe('hello');
    expect(clock.turnCount).toBe(0);
  });

  it('deliver on demand without a clock', () => {
    const manual = new MemoryLinkPair();
    const recorder = LinkRecorder.of(manual.server);
    manual.client.write(Buffer.from('hello'));
    manual.deliver();
    expect(recorder.text).toBe('hello');
  });

  it('split what arrives', () => {
    pair.toServer.splitBytes = 2;
    pair.client.write(Buffer.from('hello'));
    clock.endTurn();
    expect(atServer.chunks.map(String)).toEqual(['he', 'll', 'o']);
  });

  it('join what was written in one turn', () => {
    pair.client.write(Buffer.from('hel'));
    pair.client.write(Buffer.from('lo'));
    clock.endTurn();
    expect(atServer.chunks.map(String)).toEqual(['hello']);
  });

  it('stall and flow', () => {
    pair.toServer.stall();
    pair.client.write(Buffer.from('hello'));
    pair.client.end();
    clock.endTurn();
    expect([atServer.text, atServer.ends]).toEqual(['', 0]);
    pair.toServer.flow();
    clock.endTurn();
    expect([atServer.text, atServer.ends]).toEqual(['hello', 1]);
  });

  it('leave bytes pending when the kernel is full', () => {
    pair.toServer.capacityBytes = 3;
    pair.toServer.stall();
    pair.client.write(Buffer.from('hello'));
    expect(pair.client.pendingBytes).toBe(2);
    pair.toServer.flow();
    clock.endTurn();
    expect([atServer.text, pair.client.pendingBytes, atClient.drains]).toEqual(['hello', 0, 1]);
  });

  it('show a buffer that is used again while it is pending', () => {
    pair.toServer.capacityBytes = 3;
    const buffer = Buffer.from('hello');
    pair.client.write(buffer);
    buffer.fill('x');
    clock.endTurn();
    expect(atServer.text).toBe('helxx');
  });

  it('drop everything without a word', () => {
    pair.client.write(Buffer.from('lost'));
    pair.drop();
    pair.client.write(Buffer.from('lost too'));
    pair.server.destroy();
    clock.endTurn();
    expect([atServer.text, atClient.ends, atClient.closes]).toEqual(['', 0, []]);
    expect(pair.client.pendingBytes).toBe(0);
  });

  it('reset both ends', () => {
    pair.client.write(Buffer.from('lost'));
    pair.reset();
    clock.endTurn();
    for (const recorder of [atClient, atServer]) {
      expect(recorder.closes).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
    }
    expect(atServer.text).toBe('');
  });

  it('hide a reset from a paused end until it writes', () => {
    pair.client.pause();
    pair.server.reset();
    clock.endTurn();
    expect(atClient.closes).toEqual([]);
    pair.client.write(Buffer.from('heartbeat'));
    clock.endTurn();
    expect(atClient.closes).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
  });

  it('leave nothing scheduled once both ends are closed', () => {
    pair.client.write(Buffer.from('x'));
    pair.client.destroy();
    pair.server.destroy();
    clock.endTurn();
    expect([atClient.closes, atServer.closes]).toEqual([[undefined], [undefined]]);
    expect([clock.turnCount, clock.timerCount]).toEqual([0, 0]);
  });
});
