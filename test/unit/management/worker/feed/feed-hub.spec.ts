import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { FeedHub } from '../../../../../lib/management/worker/feed/feed-hub.js';
import { ManualClock } from '../../../../support/manual-clock.js';

class FakeResponse extends EventEmitter {
  readonly headers: Record<string, string> = {};
  text = '';
  writableLength = 0;
  isDestroyed = false;

  setHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  writeHead(): void {
    this.text = '';
  }

  write(text: string): void {
    this.text += text;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }

  get events(): string[] {
    return [...this.text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data!);
  }
}

function fed() {
  const clock = new ManualClock();
  const state = { signature: 'well', made: 0 };
  const hub = new FeedHub(
    { signature: () => state.signature, next: () => Promise.resolve(`${++state.made}`) },
    clock,
  );
  const listen = async () => {
    const response = new FakeResponse();
    await hub.add(response as unknown as ServerResponse);
    return response;
  };
  return { clock, state, hub, listen };
}

describe('the feed', () => {
  it('begins at once, and says after how long to come back', async () => {
    const { listen } = fed();
    const response = await listen();
    expect(response.headers['Content-Type']).toBe('text/event-stream; charset=utf-8');
    expect(response.text).toBe('retry: 2000\ndata: 1\n\n');
  });

  it('goes on once a second, made once for all who listen', async () => {
    const { clock, listen, state } = fed();
    const [first, second] = [await listen(), await listen()];
    const before = state.made;
    await clock.advanceAsync(3_000);
    expect(first.events.length).toBe(second.events.length);
    expect(state.made - before).toBe(3);
    expect(first.events.at(-1)).toBe(second.events.at(-1));
  });

  it('tells at once when the state changes', async () => {
    const { clock, listen, state } = fed();
    const response = await listen();
    await clock.advanceAsync(1_000);
    const before = response.events.length;
    state.signature = 'stuck';
    await clock.advanceAsync(100);
    expect(response.events.length).toBe(before + 1);
    await clock.advanceAsync(800);
    expect(response.events.length).toBe(before + 1);
  });

  it('is not made when nobody listens', async () => {
    const { clock, listen, state } = fed();
    const response = await listen();
    response.emit('close');
    const { made } = state;
    await clock.advanceAsync(5_000);
    expect([state.made, clock.timerCount]).toEqual([made, 0]);
    await listen();
    await clock.advanceAsync(2_000);
    expect(state.made).toBeGreaterThan(made + 1);
  });

  it('leaves a page that does not read', async () => {
    const { clock, listen } = fed();
    const response = await listen();
    response.writableLength = 2 * 1024 * 1024;
    await clock.advanceAsync(1_100);
    expect([response.isDestroyed, clock.timerCount]).toEqual([true, 0]);
  });

  it('has room for a number of pages', async () => {
    const { hub, listen } = fed();
    for (let i = 0; i < 31; i++) await listen();
    expect(hub.isFull).toBe(false);
    await listen();
    expect(hub.isFull).toBe(true);
    hub.close();
    expect(hub.isFull).toBe(false);
  });

  it('ends for all when it is closed', async () => {
    const { hub, listen, clock } = fed();
    const response = await listen();
    hub.close();
    expect([response.isDestroyed, clock.timerCount]).toEqual([true, 0]);
  });
});
