import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../lib/common/clock.js';
import { dialerFor } from '../../lib/link/dialers.js';
import { listenerFor } from '../../lib/link/listeners.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryNetwork } from '../support/memory-network.js';
import { addressOf, dialerOptions, listenerOptions } from '../support/socket-link-pair.js';
import { beaconContract } from './beacon.contract.js';

beaconContract('memory', () => {
  const clock = new ManualClock();
  const network = new MemoryNetwork(clock);
  return {
    clock,
    listener: () => network.listener('tcp://beacon:1'),
    dialer: (address) => network.dialer(address),
    pass: async (ms) => {
      await clock.settle();
      await clock.advanceAsync(ms);
      await clock.settle();
    },
  };
});

beaconContract('TCP', () => ({
  clock: systemClock,
  listener: () => listenerFor(addressOf('tcp://127.0.0.1:0'), listenerOptions()),
  dialer: (address) => dialerFor(addressOf(address, 'dial'), dialerOptions()),
  pass: (ms) => sleep(ms),
}));
