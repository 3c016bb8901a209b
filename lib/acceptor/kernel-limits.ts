import { readFileSync } from 'node:fs';

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

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The text of a file, `undefined` when it cannot be read. */
export type TextReader = (path: string) => string | undefined;

const IPV4 = '/proc/sys/net/ipv4';

/** Reads the limits. Outside of Linux only the descriptor limit is known. */
export function readKernelLimits(
  readText: TextReader = readFile,
  reportedDescriptors: () => unknown = descriptorsOfReport,
): KernelLimits {
  const processLimits = readText('/proc/self/limits');
  return {
    maxDescriptors: parseDescriptors(processLimits) ?? positive(reportedDescriptors()),
    maxBacklog: positive(readText('/proc/sys/net/core/somaxconn')?.trim()),
    ephemeralPorts: parsePortRange(readText(`${IPV4}/ip_local_port_range`)),
    reservedPorts: parsePortList(readText(`${IPV4}/ip_local_reserved_ports`)),
  };
}

export function includesPort(range: PortRange, port: number): boolean {
  return port >= range.first && port <= range.last;
}

/** `Max open files            1024                 524288               files`: the first is in force. */
function parseDescriptors(limits: string | undefined): number | undefined {
  const match = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? '');
  if (match === null) return undefined;
  return match[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(match[1]);
}

/** Two numbers with white space between. */
function parsePortRange(text: string | undefined): PortRange | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s*$/.exec(text ?? '');
  return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]) };
}

/** `4000,5000-5100`; empty for none. */
function parsePortList(text = ''): PortRange[] {
  const ranges: PortRange[] = [];
  for (const part of text.trim().split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match !== null)
      ranges.push({ first: Number(match[1]), last: Number(match[2] ?? match[1]) });
  }
  return ranges;
}

function positive(value: unknown): number | undefined {
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
