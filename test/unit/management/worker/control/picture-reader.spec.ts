import { NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { PictureReader } from '../../../../../lib/management/worker/control/picture-reader.js';
import { acceptorSnapshot, endpointSnapshot, poolSnapshot } from '../../../../support/snapshots.js';
import { WatchedService } from '../../../../support/watched-service.js';

function reader() {
  const service = new WatchedService();
  return { service, pictures: new PictureReader(service.view) };
}

describe('the reader of pictures', () => {
  it('finds pools and servers by name', () => {
    const { service, pictures } = reader();
    service.show({
      pools: [poolSnapshot()],
      servers: [{ ...acceptorSnapshot(), name: 'server 0', patterns: [] }],
    });
    expect(pictures.pool('orders').name).toBe('orders');
    expect(pictures.server('server 0').name).toBe('server 0');
    expect(() => pictures.pool('__proto__')).toThrow(NotFoundException);
    expect(() => pictures.server('orders')).toThrow(NotFoundException);
  });

  it('has nothing before the first picture', () => {
    expect(() => reader().pictures.pool('orders')).toThrow(ServiceUnavailableException);
  });

  it('finds an endpoint by its address, whole or without the scheme', () => {
    const { pictures } = reader();
    const addresses = ['tcp://10.0.0.7:4000', 'tls://10.0.0.8:4000', 'tcp://10.0.0.8:4000'];
    const pool = poolSnapshot({
      endpoints: addresses.map((address) => endpointSnapshot({ address })),
    });
    expect(pictures.endpointOf(pool, 'tls://10.0.0.8:4000')).toBe('tls://10.0.0.8:4000');
    expect(pictures.endpointOf(pool, '10.0.0.7:4000')).toBe('tcp://10.0.0.7:4000');
    expect(() => pictures.endpointOf(pool, '10.0.0.8:4000')).toThrow(NotFoundException);
    expect(() => pictures.endpointOf(pool, '0.0.7:4000')).toThrow(NotFoundException);
  });
});
