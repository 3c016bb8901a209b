import type { ClientProxy, CustomTransportStrategy } from '@nestjs/microservices';
import { listenWithNest } from './nest-service.js';
import type { Address, Peer } from './peer.js';

interface PoolPackage {
  SocketPoolServer: new (options: Address) => CustomTransportStrategy;
  SocketPoolClient: new (options: Address) => ClientProxy;
}

/**
 * This package with its defaults, every safety feature on. Loaded by its name, as a user loads it, so what is
 * measured is the build in `dist`; the name is a variable so that the benchmark compiles before that build exists.
 */
export const pool: Peer = {
  async listen(address) {
    const { SocketPoolServer } = await loadPackage();
    return listenWithNest({ strategy: new SocketPoolServer(address) });
  },
  async createClient(address) {
    const { SocketPoolClient } = await loadPackage();
    return new SocketPoolClient(address);
  },
};

async function loadPackage(): Promise<PoolPackage> {
  const packageName: string = 'nestjs-socket-pool';
  try {
    const built = (await import(packageName)) as Partial<PoolPackage>;
    if (!built.SocketPoolServer || !built.SocketPoolClient) {
      throw new Error('it does not export SocketPoolServer and SocketPoolClient');
    }
    return built as PoolPackage;
  } catch (error) {
    throw new Error('cannot use the built package, run "npm run build"', { cause: error });
  }
}
