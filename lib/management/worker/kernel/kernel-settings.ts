import {
  parseCount,
  parseDescriptorLimits,
  parsePortList,
  parsePortRange,
  type PortRange,
} from '../../../metrics/kernel-text.js';
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
    descriptorLimit: parseDescriptorLimits(files.text('/proc/self/limits')).limit,
  };
}
