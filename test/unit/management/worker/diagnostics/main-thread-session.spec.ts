import { describe, expect, it } from 'vitest';
import { MainThreadSession } from '../../../../../lib/management/worker/diagnostics/main-thread-session.js';
import { answer, FakeInspector } from '../../../../support/fake-inspector.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const clock = new ManualClock();
const sessionOf = (inspector: FakeInspector) =>
  MainThreadSession.open(clock, () => Promise.resolve(inspector));

describe('a session with the main thread', () => {
  it('resolves with the answer, and leaves no timer', async () => {
    const inspector = new FakeInspector({ 'Runtime.getHeapUsage': answer({ usedSize: 7 }) });
    const session = await sessionOf(inspector);
    const result = await session.request('Runtime.getHeapUsage', 100, { a: 1 });
    expect(result).toEqual({ usedSize: 7 });
    expect(inspector.params).toEqual([{ a: 1 }]);
    expect(inspector.connections).toBe(1);
    expect(clock.timerCount).toBe(0);
  });

  it('gives up at the limit', async () => {
    const session = await sessionOf(new FakeInspector());
    const request = session.request('Debugger.enable', 100);
    clock.advance(100);
    await expect(request).rejects.toMatchObject({
      failure: 'timeout',
      message: expect.stringContaining('Debugger.enable within 100 ms'),
    });
  });

  it('says what was refused, by answer or at once', async () => {
    const inspector = new FakeInspector({
      late: (callback) => callback({ code: -32601, message: 'no such method' }),
      early: () => {
        throw new Error('not connected');
      },
    });
    const session = await sessionOf(inspector);
    const unavailable = (message: string) => ({ failure: 'unavailable', message });
    const late = unavailable('late failed: no such method');
    await expect(session.request('late', 100)).rejects.toMatchObject(late);
    const early = unavailable('early failed: not connected');
    await expect(session.request('early', 100)).rejects.toMatchObject(early);
    expect(clock.timerCount).toBe(0);
    expect(() => session.send('early')).not.toThrow();
  });

  it('says when there is no inspector', async () => {
    const opened = MainThreadSession.open(clock, () => Promise.reject(new Error('built without')));
    await expect(opened).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('built without'),
    });
  });

  it('closes once, and sends no more', async () => {
    const inspector = new FakeInspector();
    const session = await sessionOf(inspector);
    session.close();
    session.close();
    session.send('Debugger.resume');
    expect(inspector.disconnections).toBe(1);
    expect(inspector.posted).toEqual([]);
  });

  it('closes although the inspector is gone', async () => {
    const inspector = new FakeInspector();
    inspector.disconnect = () => {
      throw new Error('gone');
    };
    const session = await sessionOf(inspector);
    expect(() => session.close()).not.toThrow();
  });
});
