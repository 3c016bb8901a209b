import { readFileSync } from 'node:fs';
import type { LinkAddress } from './link-address.js';
import { formatLinkAddress } from './link-address.js';

/** What the kernel says about listening; a part is absent where it cannot be read. */
export interface KernelListenSettings {
  /** `net.core.somaxconn`. */
  readonly maxBacklog?: number;
  /** `net.ipv4.ip_local_port_range`: from here the kernel takes ports for outgoing connections. */
  readonly ephemeralPorts?: PortRange;
  /** `net.ipv4.ip_local_reserved_ports`: these it does not take. */
  readonly reservedPorts?: readonly PortRange[];
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** What may go wrong with a listener later although it can be opened now, a sentence each. */
export function listenWarnings(
  address: LinkAddress,
  backlog: number,
  kernel: KernelListenSettings,
): string[] {
  const warnings: string[] = [];
  const { maxBacklog, ephemeralPorts, reservedPorts = [] } = kernel;
  const where = formatLinkAddress(address);
  if (maxBacklog !== undefined && backlog > maxBacklog) {
    warnings.push(
      `${where}: the backlog of ${backlog} is cut to ${maxBacklog} by net.core.somaxconn`,
    );
  }
  if (address.kind === 'unix' || address.port === 0) return warnings;
  const isReserved = reservedPorts.some((range) => contains(range, address.port));
  if (ephemeralPorts !== undefined && contains(ephemeralPorts, address.port) && !isReserved) {
    const { from, to } = ephemeralPorts;
    warnings.push(
      `${where}: the port lies in net.ipv4.ip_local_port_range (${from} to ${to}), so an outgoing ` +
        `connection may have it when the service restarts; choose another, or add it to ` +
        `net.ipv4.ip_local_reserved_ports`,
    );
  }
  return warnings;
}

/** Reads the settings; none of them on systems other than Linux. */
export function readKernelListenSettings(root = '/proc/sys/net'): KernelListenSettings {
  const [maxBacklog] = numbersOf(readText(`${root}/core/somaxconn`));
  const [from, to] = numbersOf(readText(`${root}/ipv4/ip_local_port_range`));
  return {
    ...(maxBacklog !== undefined && { maxBacklog }),
    ...(from !== undefined && to !== undefined && { ephemeralPorts: { from, to } }),
    reservedPorts: parsePortRanges(readText(`${root}/ipv4/ip_local_reserved_ports`)),
  };
}

/** `4000,8000-8010`. */
function parsePortRanges(text: string): PortRange[] {
  return text.split(',').flatMap((part) => {
    const [from, to = from] = numbersOf(part);
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
}

function contains(range: PortRange, port: number): boolean {
  return port >= range.from && port <= range.to;
}

function numbersOf(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
