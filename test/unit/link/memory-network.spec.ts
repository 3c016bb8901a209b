import { describe, expect, it } from 'vitest';
import type { Link } from '../../../lib/link/link.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryNetwork } from '../../support/memory-network.js';

const ADDRESS = 'tcp://orders-1:4000';

async function openNetwork() {
  const clock = new ManualClock();
  const network = new MemoryNetwork(clock);
  const accepted: Link[] = [];
  const listener = network.listener(ADDRESS);
  const errors: Error[] = [];
  await listener.listen({
    onLink: (link) => accepted.push(link),
    onError: (error) => errors.push(error),
  });
  const dial = (address = ADDRESS, signal = new AbortController().signal): Promise<Link> => {
    const dialing = network.dialer(address).dial(signal);
    dialing.catch(() => undefined);
    clock.endTurn();
    return dialing;
  };
  return { clock, network, accepted, listener, errors, dial };
}

describe('a memory network', () => {
  it('connects dialers with listeners by their address', async () => {
    const { network, accepted, dial } = await openNetwork();
    const link = await dial();
    expect([link.remote, accepted[0]?.remote]).toEqual(['orders-1:4000', '10.0.0.1:50000']);
    expect([network.dials, network.openPairs.length]).toEqual([1, 1]);
  });

  it('refuses where nobody listens, and where it is told to', async () => {
    const { network, dial } = await openNetwork();
    const refused = { code: 'CONNECT_FAILED', cause: { code: 'ECONNREFUSED' } };
    await expect(dial('tcp://nobody:1')).rejects.toMatchObject(refused);
    network.answers.set(ADDRESS, 'refuse');
    await expect(dial()).rejects.toMatchObject(refused);
  });

  it('keeps silent until the dial is given up', async () => {
    const { clock, network, dial, accepted } = await openNetwork();
    network.answers.set(ADDRESS, 'silence');
    const controller = new AbortController();
    const dialing = dial(ADDRESS, controller.signal);
    controller.abort(new Error('too slow'));
    await expect(dialing).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    expect([accepted.length, network.pairs.length, clock.turnCount]).toEqual([0, 0, 0]);
  });

  it('lets one listener at a time have an address', async () => {
    const { network, listener, errors } = await openNetwork();
    const second = network.listener(ADDRESS);
    const handler = { onLink: () => undefined, onError: () => undefined };
    await expect(second.listen(handler)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
    expect(listener.isListening).toBe(true);
    listener.fail(new Error('broken'));
    expect([listener.isListening, errors.length]).toEqual([false, 1]);
    await second.listen(handler);
    expect(second.isListening).toBe(true);
  });
});
