import { describe, expect, it } from 'vitest';
import { FrameType, GoAwayReason } from '../../../lib/protocol/frame.js';
import { eventFrame, requestFrame } from '../../support/scripted-client.js';
import { AcceptorHarness } from './acceptor-harness.js';

describe('draining an acceptor', () => {
  it('is over at once when nobody is there, and again, and before listening', async () => {
    const harness = new AcceptorHarness();
    await harness.acceptor.drain();
    await harness.acceptor.close();
    await harness.acceptor.close();

    expect(harness.acceptor.state).toBe('closed');
    expect(harness.told.closed).toHaveLength(1);
    expect(harness.clock.timerCount).toBe(0);
  });

  it('tells everybody, lets work finish, and refuses new work', async () => {
    const harness = await AcceptorHarness.listening();
    const [busy, idle] = [await harness.greet(), await harness.greet()];
    const silent = await harness.connect();
    busy.send(requestFrame(1));
    await harness.clock.settle();
    const drained = harness.acceptor.close();
    await harness.clock.settle();
    busy.send(requestFrame(2));
    await harness.clock.settle();
    expect(silent.recorder.ends).toBe(1);
    expect(idle.of(FrameType.GoAway)).toMatchObject([{ reason: GoAwayReason.Shutdown }]);
    expect(idle.recorder.ends).toBe(1);
    expect(busy.of(FrameType.Rejected)).toMatchObject([{ streamId: 2 }]);
    expect(busy.recorder.ends).toBe(0);
    harness.streams[0]!.respond('done');
    await harness.clock.settle();
    for (const client of [busy, idle, silent]) client.link.end();
    await harness.clock.settle();
    await drained;

    expect(busy.of(FrameType.Response)).toMatchObject([{ payload: 'done' }]);
    expect(harness.closes).toEqual(['us: shutdown', 'us: shutdown', 'us: shutdown']);
    expect(harness.told.closed).toEqual([{ stoppedStreams: 0 }]);
    expect(harness.clock.timerCount).toBe(0);
    expect(harness.network.openPairs).toEqual([]);
  });

  it('waits for events in work, also those of peers that are gone', async () => {
    const harness = await AcceptorHarness.listening();
    const client = await harness.greet();
    client.send(eventFrame(1));
    await harness.clock.settle();
    client.link.end();
    await harness.clock.settle();
    let isClosed = false;
    void harness.acceptor.close().then(() => (isClosed = true));
    await harness.clock.advanceAsync(1_000);
    expect(isClosed).toBe(false);
    harness.events[0]!.done();
    harness.events[0]!.done();
    await harness.clock.settle();

    expect(isClosed).toBe(true);
    expect(harness.clock.timerCount).toBe(0);
  });

  it('stops what takes too long, and closes whoever does not say goodbye', async () => {
    const harness = await AcceptorHarness.listening({ drainTimeoutMs: 2_000 });
    const client = await harness.greet();
    client.send(requestFrame(1), eventFrame(2));
    await harness.clock.settle();
    let isClosed = false;
    void harness.acceptor.close().then(() => (isClosed = true));
    await harness.clock.advanceAsync(2_000);
    expect(harness.streams[0]!.stopReason).toBe('shutdown');
    await harness.clock.advanceAsync(1_500);

    expect(isClosed).toBe(true);
    expect(harness.told.closed).toEqual([{ stoppedStreams: 1 }]);
    expect(harness.network.pairs[0]!.server.isClosed).toBe(true);
    expect(harness.clock.timerCount).toBe(0);
  });

  it('takes nobody in any more', async () => {
    const harness = await AcceptorHarness.listening();
    await harness.acceptor.close();

    await expect(harness.dial()).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });
});
