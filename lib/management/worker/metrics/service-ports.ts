import type { ServicePicture } from '../../management.contract.js';
import type { PortsOfInterest } from '../kernel/tcp-table.js';

/** The ports of the last picture: those of our servers, and those our pools connect to. */
export function portsOf(picture: ServicePicture | undefined): PortsOfInterest {
  const { servers = [], pools = [] } = picture ?? {};
  return {
    local: portsOfAddresses(servers.flatMap(({ addresses }) => addresses)),
    remote: portsOfAddresses(
      pools.flatMap(({ endpoints }) => endpoints.map(({ address }) => address)),
    ),
  };
}

/** `tcp://10.0.0.7:4000`, `tls://[::1]:4000`; unix sockets have no port. */
function portsOfAddresses(addresses: readonly string[]): Set<number> {
  const ports = new Set<number>();
  for (const address of addresses) {
    const match = /:(\d{1,5})$/.exec(address);
    if (match !== null && !address.startsWith('unix:')) ports.add(Number(match[1]));
  }
  return ports;
}
