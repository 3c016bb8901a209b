import { describe, expect, it } from 'vitest';
import { Feed } from '../../../../../../lib/management/worker/page/assets/feed.js';
import type { Port } from '../../../../../../lib/management/worker/page/assets/port.js';
import { PortError } from '../../../../../../lib/management/worker/page/assets/port.js';
import { ManualClock } from '../../../../../support/manual-clock.js';
import { until } from '../../../../../support/until.js';

type Body = ReadableStreamDefaultController<Uint8Array>;

/** A management port whose feed the test writes, and what the feed tells of it. */
class Stage {
  readonly clock = new ManualClock();
  readonly states: string[] = [];
  readonly pictures: unknown[] = [];
  readonly bodies: Body[] = [];
  refusal: PortError | undefined;
  readonly feed: Feed;

  constructor() {
    const port = { stream: () => this.#stream() } as unknown as Port;
    this.feed = new Feed(port, this.clock, {
      onPicture: (picture) => this.pictures.push(picture),
      onState: (state) => this.states.push(state.kind),
    });
  }

  get body(): Body {
    return this.bodies.at(-1)!;
  }

  send(text: string): void {
    this.body.enqueue(new TextEncoder().encode(text));
  }

  async connects(times: number): Promise<void> {
    await until(() => this.bodies.length === times, `connection ${times}`);
  }

  async enters(state: string): Promise<void> {
    await until(() => this.states.at(-1) === state, state);
  }

  async #stream(): Promise<ReadableStream<Uint8Array>> {
    if (this.refusal !== undefined) throw this.refusal;
    return new ReadableStream({ start: (body) => void this.bodies.push(body) });
  }
}

describe('the feed', () => {
  it('tells every picture as it comes', async () => {
    const stage = new Stage();
    stage.feed.restart();
    await stage.connects(1);
    stage.send('retry: 2000\ndata: {"n":1}\n\ndata: {"n"');
    stage.send(':2}\n\n');
    await until(() => stage.pictures.length === 2, 'two pictures');

    expect(stage.pictures).toEqual([{ n: 1 }, { n: 2 }]);
    expect(stage.states).toEqual(['connecting', 'open', 'open']);
  });

  it('connects again when it is lost, with growing waits', async () => {
    const stage = new Stage();
    stage.refusal = new PortError(0, 'away');
    stage.feed.restart();
    for (const waitMs of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      await stage.enters('waiting');
      stage.clock.advance(waitMs - 1);
      expect(stage.states.at(-1)).toBe('waiting');
      stage.clock.advance(1);
      expect(stage.states.at(-1)).toBe('connecting');
    }
  });

  it('waits little again after it was heard', async () => {
    const stage = new Stage();
    stage.refusal = new PortError(503, 'too many pages listen');
    stage.feed.restart();
    await stage.enters('waiting');
    stage.refusal = undefined;
    stage.clock.advance(500);
    await stage.connects(1);
    stage.send('data: {}\n\n');
    await stage.enters('open');
    stage.body.close();
    await stage.enters('waiting');
    stage.clock.advance(500);
    await stage.connects(2);
  });

  it('gives up a connection that has become silent', async () => {
    const stage = new Stage();
    stage.feed.restart();
    await stage.connects(1);
    stage.send('data: {}\n\n');
    await stage.enters('open');
    stage.clock.advance(5_999);
    expect(stage.states.at(-1)).toBe('open');
    stage.clock.advance(1);
    expect(stage.states.at(-1)).toBe('waiting');
  });

  it('does not try again without another token', async () => {
    const stage = new Stage();
    stage.refusal = new PortError(401, 'a token is needed');
    stage.feed.restart();
    await stage.enters('refused');
    stage.clock.advance(60_000);
    expect(stage.states).toEqual(['connecting', 'refused']);
  });

  it('hears nothing of an attempt that was given up', async () => {
    const stage = new Stage();
    stage.feed.restart();
    await stage.connects(1);
    const first = stage.body;
    stage.feed.restart();
    await stage.connects(2);
    first.enqueue(new TextEncoder().encode('data: {"old":true}\n\n'));
    stage.send('data: {"new":true}\n\n');
    await until(() => stage.pictures.length > 0, 'a picture');

    expect(stage.pictures).toEqual([{ new: true }]);
  });
});
