import type { ClientProxy } from '@nestjs/microservices';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { SocketPoolClient } from 'nestjs-socket-pool';

/** As the caller is today. */
export function stockClient(port: number): ClientProxy {
  return ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  });
}

/** As it is after the one line of the migration. */
export function pooledClient(port: number): ClientProxy {
  return ClientProxyFactory.create({
    customClass: SocketPoolClient,
    options: { host: '127.0.0.1', port },
  });
}

/** A new caller whose service has not been migrated yet. */
export function pooledClientForStock(port: number): ClientProxy {
  return ClientProxyFactory.create({
    customClass: SocketPoolClient,
    options: { host: '127.0.0.1', port, dialect: 'nest-tcp' },
  });
}
