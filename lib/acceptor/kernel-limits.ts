import { readFileSync } from 'node:fs';
import {
  parseCount,
  parseDescriptorLimits,
  parsePortList,
  parsePortRange,
  type PortRange,
} from '../metrics/kernel-text.js';

/** What the system allows, as far as it can be found out. */
export interface KernelLimits {
  /** The most descriptors this process may have open. */
  readonly maxDescriptors: number | undefined;
  /** The longest queue of connections that wait to be accepted (`net.core.somaxconn`). */
  readonly maxBacklog: number | undefined;
  /** Ports that the system hands out to outgoing connections (`ip_local_port_range`). */
  readonly ephemeralPorts: PortRange | undefined;
  /** Ports of that range that are kept free for servers (`ip_local_reserved_ports`). */
  readonly reservedPorts: readonly PortRange[];
}

/** The text of a file, `undefined` when it cannot be read. */
export type TextReader = (path: string) => string | undefined;

const IPV4 = '/proc/sys/net/ipv4';

/** Reads the limits. Outside of Linux only the descriptor limit is known. */
export function readKernelLimits(
  readText: TextReader = readFile,
  reportedDescriptors: () => unknown = descriptorsOfReport,
): KernelLimits {
  const { limit } = parseDescriptorLimits(readText('/proc/self/limits'));
  return {
    maxDescriptors: limit ?? limitOf(reportedDescriptors()),
    maxBacklog: parseCount(readText('/proc/sys/net/core/somaxconn')),
    ephemeralPorts: parsePortRange(readText(`${IPV4}/ip_local_port_range`)),
    reservedPorts: parsePortList(readText(`${IPV4}/ip_local_reserved_ports`)) ?? [],
  };
}

function limitOf(value: unknown): number | undefined {
  if (value === 'unlimited') return Number.POSITIVE_INFINITY;
  const number = Number(value);
  return number > 0 ? number : undefined;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function descriptorsOfReport(): unknown {
  const report = process.report?.getReport() as
    { userLimits?: { open_files?: { soft?: unknown } } } | undefined;
  return report?.userLimits?.open_files?.soft;
}
