import { describe, expect, it } from 'vitest';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { Readiness } from '../../../lib/pool/readiness.js';
import { ManualClock } from '../../support/manual-clock.js';

function makeReadiness() {
  const clock = new ManualClock();
  const late = new SocketPoolError('ACQUIRE_TIMEOUT', 'too late');
  return { clock, readiness: new Readiness(clock, 1_000, () => late) };
}

describe('the wait for readiness', () => {
  it('is shared, and ends for all', async () => {
    const { clock, readiness } = makeReadiness();
    const waits = [readiness.wait(), readiness.wait()];
    expect([readiness.isAwaited, clock.timerCount]).toEqual([true, 1]);
    readiness.succeed();
    await Promise.all(waits);
    expect([readiness.isAwaited, clock.timerCount]).toEqual([false, 0]);
  });

  it('ends after its time', async () => {
    const { clock, readiness } = makeReadiness();
    const wait = readiness.wait();
    clock.advance(1_000);
    await expect(wait).rejects.toMatchObject({ code: 'ACQUIRE_TIMEOUT' });
  });

  it('starts afresh after it failed', async () => {
    const { readiness } = makeReadiness();
    const first = readiness.wait();
    readiness.fail(new SocketPoolError('CONNECT_FAILED', 'refused'));
    const second = readiness.wait();
    readiness.succeed();
    await expect(first).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    await expect(second).resolves.toBeUndefined();
  });

  it('is not begun by its end', () => {
    const { clock, readiness } = makeReadiness();
    readiness.succeed();
    readiness.fail(new SocketPoolError('CONNECT_FAILED', 'refused'));
    expect([readiness.isAwaited, clock.timerCount]).toEqual([false, 0]);
  });
});
