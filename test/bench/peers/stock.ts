import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { listenWithNest } from './nest-service.js';
import type { Peer } from './peer.js';

/** Nest's own TCP transport with its defaults: what everything is measured against. */
export const stock: Peer = {
  listen: (address) => listenWithNest({ transport: Transport.TCP, options: address }),
  createClient: async (address) =>
    ClientProxyFactory.create({ transport: Transport.TCP, options: address }),
};
