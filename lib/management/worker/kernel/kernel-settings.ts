import { parseDescriptorLimits } from './descriptor-usage.js';
import type { KernelFiles } from './kernel-files.js';

/** Settings of the kernel that decide how a service on sockets fares; a part is absent where it cannot be read. */
export interface KernelSettings {
  /** `net.core.somaxconn`. */
  readonly somaxconn?: number;
  readonly tcpMaxSynBacklog?: number;
  readonly tcpSyncookies?: number;
  readonly localPortRange?: PortRange;
  readonly reservedPorts?: readonly PortRange[];
  readonly tcpSynRetries?: number;
  readonly tcpRetries2?: number;
  /** Seconds. */
  readonly tcpKeepaliveTime?: number;
  /** Seconds. */
  readonly tcpKeepaliveIntvl?: number;
  readonly tcpKeepaliveProbes?: number;
  /** `ulimit -n`, the soft one; `Infinity` for none. */
  readonly descriptorLimit?: number;
}

/** Both ends belong to it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Empty on systems other than Linux. */
export function readKernelSettings(files: KernelFiles): KernelSettings {
  const ipv4 = (name: string) => files.text(`/proc/sys/net/ipv4/${name}`);
  return {
    somaxconn: parseCount(files.text('/proc/sys/net/core/somaxconn')),
    tcpMaxSynBacklog: parseCount(ipv4('tcp_max_syn_backlog')),
    tcpSyncookies: parseCount(ipv4('tcp_syncookies')),
    localPortRange: parsePortRange(ipv4('ip_local_port_range')),
    reservedPorts: parsePortList(ipv4('ip_local_reserved_ports')),
    tcpSynRetries: parseCount(ipv4('tcp_syn_retries')),
    tcpRetries2: parseCount(ipv4('tcp_retries2')),
    tcpKeepaliveTime: parseCount(ipv4('tcp_keepalive_time')),
    tcpKeepaliveIntvl: parseCount(ipv4('tcp_keepalive_intvl')),
    tcpKeepaliveProbes: parseCount(ipv4('tcp_keepalive_probes')),
    descriptorLimit: parseDescriptorLimits(files.text('/proc/self/limits') ?? '').limit,
  };
}

export function parseCount(text: string | undefined): number | undefined {
  const match = /^\s*(\d{1,15})\s*$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** `32768	60999`. */
export function parsePortRange(text: string | undefined): PortRange | undefined {
  const match = /^\s*(\d{1,5})\s+(\d{1,5})\s*$/.exec(text ?? '');
  return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) };
}

/** `4000,5000-5100`; an empty line for none. */
export function parsePortList(text: string | undefined): PortRange[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').flatMap((part) => {
    const match = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part);
    return match === null ? [] : [{ first: Number(match[1]), last: Number(match[2] ?? match[1]) }];
  });
}

export function includesPort(range: PortRange, port: number): boolean {
  return port >= range.first && port <= range.last;
}
