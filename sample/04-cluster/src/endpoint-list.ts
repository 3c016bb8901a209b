import type { Discovery, DiscoveryListener } from 'nestjs-socket-pool';
import { createEndpoint } from 'nestjs-socket-pool';

/** A source of endpoints that somebody else keeps up to date. */
export class EndpointList implements Discovery {
  readonly name = 'the list of the sample';
  private readonly addresses = new Set<string>();
  private readonly listeners = new Set<DiscoveryListener>();

  constructor(addresses: readonly string[]) {
    for (const address of addresses) this.addresses.add(address);
  }

  watch(listener: DiscoveryListener): () => void {
    this.listeners.add(listener);
    this.tell(listener);
    return () => void this.listeners.delete(listener);
  }

  add(address: string): void {
    this.addresses.add(address);
    for (const listener of this.listeners) this.tell(listener);
  }

  remove(address: string): void {
    this.addresses.delete(address);
    for (const listener of this.listeners) this.tell(listener);
  }

  private tell(listener: DiscoveryListener): void {
    listener.onEndpoints([...this.addresses].map((address) => createEndpoint(address)));
  }
}
