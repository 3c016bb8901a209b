/**
 * Counters of the kernel's TCP since boot, of all processes in this network namespace: in a container
 * that is this service, elsewhere it is the machine.
 */
import type { KernelFiles } from './kernel-files.js';

/** Of `/proc/self/net/snmp`, line `Tcp`. */
export const TCP_COUNTERS = [
  'ActiveOpens',
  'PassiveOpens',
  'AttemptFails',
  'EstabResets',
  'CurrEstab',
  'InSegs',
  'OutSegs',
  'RetransSegs',
  'InErrs',
  'OutRsts',
] as const;

/** Of `/proc/self/net/netstat`, line `TcpExt`; a kernel may lack some. */
export const TCP_EXTENDED_COUNTERS = [
  'ListenOverflows',
  'ListenDrops',
  'TCPTimeouts',
  'TCPSynRetrans',
  'TCPRetransFail',
  'TCPLostRetransmit',
  'TCPAbortOnTimeout',
  'TCPAbortOnMemory',
  'TCPBacklogDrop',
  'TCPReqQFullDrop',
  'TCPReqQFullDoCookies',
  'TCPRcvQDrop',
  'TCPZeroWindowDrop',
  'TCPMemoryPressures',
  'TCPKeepAlive',
  'TCPTimeWaitOverflow',
] as const;

export type NetworkCounter = (typeof TCP_COUNTERS)[number] | (typeof TCP_EXTENDED_COUNTERS)[number];
export type NetworkCounters = Readonly<Partial<Record<NetworkCounter, number>>>;

export function readNetworkCounters(files: KernelFiles): NetworkCounters {
  const basic = parseCounterTable(files.text('/proc/self/net/snmp') ?? '').get('Tcp');
  const extended = parseCounterTable(files.text('/proc/self/net/netstat') ?? '').get('TcpExt');
  return { ...pick(basic, TCP_COUNTERS), ...pick(extended, TCP_EXTENDED_COUNTERS) };
}

/** Pairs of lines, the first with the names, the second with the values: `Tcp: InSegs …`, `Tcp: 7 …`. */
export function parseCounterTable(text: string): Map<string, Map<string, number>> {
  const groups = new Map<string, Map<string, number>>();
  let names: string[] = [];
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[0] !== names[0]) {
      names = fields;
      continue;
    }
    groups.set(names[0].replace(/:$/, ''), valuesOf(names, fields));
    names = [];
  }
  return groups;
}

function valuesOf(names: readonly string[], fields: readonly string[]): Map<string, number> {
  const values = new Map<string, number>();
  for (let i = 1; i < Math.min(names.length, fields.length); i++) {
    if (/^-?\d+$/.test(fields[i])) values.set(names[i], Number(fields[i]));
  }
  return values;
}

function pick(
  values: ReadonlyMap<string, number> | undefined,
  names: readonly NetworkCounter[],
): NetworkCounters {
  const picked: Partial<Record<NetworkCounter, number>> = {};
  for (const name of names) {
    const value = values?.get(name);
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
