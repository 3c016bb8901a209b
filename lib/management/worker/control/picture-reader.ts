import { Inject, Injectable, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import type { PoolSnapshot } from '../../../metrics/snapshot.js';
import type { ServerPicture, ServicePicture } from '../../management.contract.js';
import { ServiceView } from '../service/service-view.js';

/** Finds things in the last picture. */
@Injectable()
export class PictureReader {
  constructor(@Inject(ServiceView) private readonly view: ServiceView) {}

  /** @throws ServiceUnavailableException before the first picture */
  get picture(): ServicePicture {
    const { picture } = this.view;
    if (picture === undefined)
      throw new ServiceUnavailableException('nothing is known of the service yet');
    return picture;
  }

  /** @throws NotFoundException */
  pool(name: string): PoolSnapshot {
    return found(this.picture.pools, name, 'pool');
  }

  /** @throws NotFoundException */
  server(name: string): ServerPicture {
    return found(this.picture.servers, name, 'server');
  }

  /** The address that the service knows an endpoint by; `10.0.0.7:4000` will do for `tcp://10.0.0.7:4000`. */
  endpointOf(pool: PoolSnapshot, key: string): string {
    const addresses = pool.endpoints.map(({ address }) => address);
    if (addresses.includes(key)) return key;
    const [short, ...others] = addresses.filter((address) => address.endsWith(`://${key}`));
    if (short !== undefined && others.length === 0) return short;
    throw new NotFoundException('the pool has no such endpoint');
  }
}

function found<Thing extends { readonly name: string }>(
  things: readonly Thing[],
  name: string,
  kind: string,
): Thing {
  const thing = things.find((each) => each.name === name);
  if (thing === undefined) throw new NotFoundException(`there is no such ${kind}`);
  return thing;
}
