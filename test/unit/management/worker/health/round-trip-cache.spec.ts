import { describe, expect, it } from 'vitest';
import { RoundTripCache } from '../../../../../lib/management/worker/health/round-trip-cache.js';
import type { RoundTrip } from '../../../../../lib/management/worker/health/round-trip.js';
import type { LinkAddress } from '../../../../../lib/link/link-address.js';
import { WatchedService } from '../../../../support/watched-service.js';

const ADDRESS = 'tcp://127.0.0.1:4000';

function cached() {
  const service = new WatchedService();
  const dials: { target: LinkAddress; settle: (result: RoundTrip) => void }[] = [];
  const cache = new RoundTripCache({
    loop: service.loop,
    clock: service.clock,
    cacheMs: 250,
    timeoutMs: 500,
    roundTrip: (target) => new Promise((settle) => dials.push({ target, settle })),
  });
  const answerLast = (result: RoundTrip) => dials.at(-1)!.settle(result);
  return { service, cache, dials, answerLast };
}

describe('round trips', () => {
  it('are shared by all who ask at once, and used again for a while', async () => {
    const { service, cache, dials, answerLast } = cached();
    const asked = Promise.all(Array.from({ length: 200 }, () => cache.ask(ADDRESS)));
    answerLast({ status: 'up', roundTripMs: 1 });
    expect(await asked).toHaveLength(200);
    await service.turn(240);
    await cache.ask(ADDRESS);
    expect(dials).toHaveLength(1);
    await service.turn(20);
    const again = cache.ask(ADDRESS);
    expect(dials).toHaveLength(2);
    answerLast({ status: 'down', message: 'refused' });
    await expect(again).resolves.toEqual({ status: 'down', message: 'refused' });
  });

  it('are made for each address', async () => {
    const { cache, dials } = cached();
    void cache.ask(ADDRESS);
    void cache.ask('tcp://127.0.0.1:4001');
    expect(dials.map(({ target }) => target)).toMatchObject([{ port: 4000 }, { port: 4001 }]);
  });

  it('take whoever answers at a name', async () => {
    const { cache, dials } = cached();
    const asked = cache.ask('tcp://localhost:4000');
    dials[0]!.settle({ status: 'down', message: 'refused' });
    dials[1]!.settle({ status: 'up' });
    await expect(asked).resolves.toEqual({ status: 'up' });
  });

  it('fail as the first one when nobody answers at a name', async () => {
    const { cache, dials } = cached();
    const asked = cache.ask('tcp://localhost:4000');
    dials[1]!.settle({ status: 'down', message: 'second' });
    dials[0]!.settle({ status: 'down', message: 'first' });
    await expect(asked).resolves.toEqual({ status: 'down', message: 'first' });
  });

  it('cannot be made to what is no address', async () => {
    const { cache } = cached();
    await expect(cache.ask('nonsense')).resolves.toMatchObject({ status: 'down' });
  });

  it('do not hold a probe when the loop stops: the last verdict holds until it cannot', async () => {
    const { service, cache, dials, answerLast } = cached();
    const first = cache.ask(ADDRESS);
    answerLast({ status: 'up', roundTripMs: 1 });
    await first;
    await service.turn(300);
    const held = cache.ask(ADDRESS);
    await service.pass(100);
    await expect(held).resolves.toMatchObject({
      status: 'up',
      message: expect.stringMatching(/^not answered, as the loop has not turned for \d+ ms$/),
    });
    answerLast({ status: 'down', message: 'no answer within 500 ms' });
    await service.pass(420);
    await expect(cache.ask(ADDRESS)).resolves.toMatchObject({ status: 'down' });
    expect(dials).toHaveLength(2);
  });

  it('are not begun while the loop stands still', async () => {
    const { service, cache, dials } = cached();
    await service.pass(1_000);
    await expect(cache.ask(ADDRESS)).resolves.toMatchObject({ status: 'down' });
    expect(dials).toEqual([]);
  });
});
