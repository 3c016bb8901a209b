import { Inject } from '@nestjs/common';
import {
  getExclusivePoolToken,
  getSocketPoolClientToken,
  getSocketPoolToken,
} from './socket-pool.tokens.js';

/** Injects the client that was registered under a name: `@InjectSocketPoolClient('orders') orders: SocketPoolClient`. */
export function InjectSocketPoolClient(name: string): ParameterDecorator & PropertyDecorator {
  return Inject(getSocketPoolClientToken(name));
}

/** Injects the pool of a registered client: `@InjectSocketPool('orders') pool: SocketPool`. */
export function InjectSocketPool(name: string): ParameterDecorator & PropertyDecorator {
  return Inject(getSocketPoolToken(name));
}

/** Injects the exclusive pool that was registered under a name: `@InjectExclusivePool('legacy') pool: ExclusivePool<LegacyClient>`. */
export function InjectExclusivePool(name: string): ParameterDecorator & PropertyDecorator {
  return Inject(getExclusivePoolToken(name));
}
