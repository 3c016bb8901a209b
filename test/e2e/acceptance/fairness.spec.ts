import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NestService } from './support/nest-service.js';

const STREAMS = 200;

let produced = 0;

@Controller()
class EagerController {
  @MessagePattern('ask')
  ask(): string {
    return 'at once';
  }

  /** Has its next value ready, always. */
  @MessagePattern('endless')
  async *endless(): AsyncGenerator<number> {
    for (;;) yield produced++;
  }
}

/** The most values that were produced within one turn of the loop. */
function watchTurns(): { most: number } {
  const watch = { most: 0 };
  let before = produced;
  let isOver = false;
  onTestFinished(() => void (isOver = true));
  const look = (): void => {
    watch.most = Math.max(watch.most, produced - before);
    before = produced;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return watch;
}

describe('streams whose next value is always ready', () => {
  it('leave every turn of the loop to others as well, however many there are', async () => {
    const service = await NestService.start({ controllers: [EagerController] });
    const client = service.client();
    await client.connect();
    const turns = watchTurns();

    const streams = Array.from({ length: STREAMS }, () =>
      client.stream<number>('endless', 1)[Symbol.asyncIterator](),
    );
    const first = await Promise.all(streams.map(async (stream) => stream.next()));
    await expect(client.request('ask', 1)).resolves.toBe('at once');
    await Promise.all(streams.map(async (stream) => stream.return?.()));

    expect(first.every(({ done }) => done === false)).toBe(true);
    expect(produced).toBeGreaterThan(STREAMS);
    // 512 of them, and those that were asked for before they were counted.
    expect(turns.most).toBeLessThan(512 + 2 * STREAMS);
  });
});
