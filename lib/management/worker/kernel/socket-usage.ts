import type { KernelFiles } from './kernel-files.js';

/** How many sockets there are in this network namespace, and what memory the kernel's TCP holds. */
export interface SocketUsage {
  /** Of every kind. */
  readonly sockets: number | undefined;
  readonly tcpInUse: number | undefined;
  readonly tcpOrphans: number | undefined;
  readonly tcpTimeWait: number | undefined;
  /** In pages, of the whole machine. */
  readonly tcpMemoryPages: number | undefined;
}

export function readSocketUsage(files: KernelFiles): SocketUsage {
  const ipv4 = files.text('/proc/self/net/sockstat') ?? '';
  const ipv6 = files.text('/proc/self/net/sockstat6') ?? '';
  return parseSocketUsage(ipv4, ipv6);
}

/** `TCP: inuse 4 orphan 0 tw 6 alloc 4 mem 199`; orphans and TIME_WAIT of IPv6 are counted there too. */
export function parseSocketUsage(ipv4: string, ipv6 = ''): SocketUsage {
  const tcp = lineOf(ipv4, 'TCP');
  const inUse = valueOf(tcp, 'inuse');
  return {
    sockets: valueOf(lineOf(ipv4, 'sockets'), 'used'),
    tcpInUse:
      inUse === undefined ? undefined : inUse + (valueOf(lineOf(ipv6, 'TCP6'), 'inuse') ?? 0),
    tcpOrphans: valueOf(tcp, 'orphan'),
    tcpTimeWait: valueOf(tcp, 'tw'),
    tcpMemoryPages: valueOf(tcp, 'mem'),
  };
}

function lineOf(text: string, name: string): string {
  return text.split('\n').find((line) => line.startsWith(`${name}:`)) ?? '';
}

function valueOf(line: string, name: string): number | undefined {
  const match = new RegExp(` ${name} (\\d+)`).exec(line);
  return match === null ? undefined : Number(match[1]);
}
