/**
 * What in the kernel's settings is at odds with what the service is configured for, or with what a
 * service on sockets needs: said once at the start, because it shows only under load or in an outage.
 */
import { includesPort } from '../../../metrics/kernel-text.js';
import type { KernelSettings } from '../kernel/kernel-settings.js';
import { TIMEOUT_RULES } from './timeout-advice.js';

export interface Advice {
  /** As the kernel names it: `net.core.somaxconn`. */
  readonly setting: string;
  readonly seen: string;
  readonly recommended: string;
  readonly why: string;
  /** `warning`: the configuration does not get what it asks for. `hint`: others on this machine would profit. */
  readonly level: 'warning' | 'hint';
}

/** What of the service's configuration meets the kernel's limits. */
export interface KernelDemands {
  readonly listeners: readonly ListenerDemand[];
  /** The most connections that all pools together may open. */
  readonly maxPoolConnections: number;
  /** Descriptors for everything but connections: logs, files, libraries. */
  readonly descriptorReserve: number;
}

export interface ListenerDemand {
  /** For people: `server 0`, `management`. */
  readonly name: string;
  /** As configured; 0, chosen by the kernel, is never advised about, and neither is `undefined`, a unix socket. */
  readonly port: number | undefined;
  readonly backlog: number;
  readonly maxConnections: number;
}

export type AdviceRule = (kernel: KernelSettings, demands: KernelDemands) => readonly Advice[];

const RULES: readonly AdviceRule[] = [
  ephemeralPorts,
  acceptBacklog,
  synBacklog,
  descriptors,
  ...TIMEOUT_RULES,
];

/** Empty where all is well, and for what cannot be read. */
export function kernelAdvice(kernel: KernelSettings, demands: KernelDemands): Advice[] {
  return RULES.flatMap((rule) => rule(kernel, demands));
}

/** One line for the log. */
export function describeAdvice({ setting, seen, recommended, why }: Advice): string {
  return `${setting} is ${seen}, recommended ${recommended}: ${why}`;
}

function ephemeralPorts(kernel: KernelSettings, { listeners }: KernelDemands): Advice[] {
  const { localPortRange: range, reservedPorts = [] } = kernel;
  if (range === undefined) return [];
  const isTaken = ({ port }: ListenerDemand) =>
    port !== undefined &&
    port !== 0 &&
    includesPort(range, port) &&
    !reservedPorts.some((reserved) => includesPort(reserved, port));
  return listeners.filter(isTaken).map(({ name, port }) => ({
    setting: 'net.ipv4.ip_local_port_range',
    seen: `${range.first}-${range.last}, with port ${port} of ${name} in it`,
    recommended: `${port} in net.ipv4.ip_local_reserved_ports, or a port outside of the range`,
    why: 'an outgoing connection may have the port when the service restarts, which then cannot listen',
    level: 'warning',
  }));
}

function acceptBacklog({ somaxconn }: KernelSettings, { listeners }: KernelDemands): Advice[] {
  const backlog = greatestBacklog(listeners);
  if (somaxconn === undefined || backlog <= somaxconn) return [];
  return [
    {
      setting: 'net.core.somaxconn',
      seen: String(somaxconn),
      recommended: `${backlog} or more`,
      why: `the configured backlog of ${backlog} is cut to ${somaxconn}, and clients that connect while that many wait time out`,
      level: 'warning',
    },
  ];
}

/** With SYN cookies the kernel goes on above the limit, but without what cookies cannot carry, such as window scaling. */
function synBacklog(kernel: KernelSettings, { listeners }: KernelDemands): Advice[] {
  const { tcpMaxSynBacklog: seen, tcpSyncookies, somaxconn = Number.POSITIVE_INFINITY } = kernel;
  const backlog = Math.min(greatestBacklog(listeners), somaxconn);
  if (seen === undefined || backlog <= seen) return [];
  return [
    {
      setting: 'net.ipv4.tcp_max_syn_backlog',
      seen: String(seen),
      recommended: `${backlog} or more`,
      why: `fewer connections may be half open than the backlog of ${backlog} holds, so that a wave of reconnects is slowed or dropped`,
      level: tcpSyncookies === 0 ? 'warning' : 'hint',
    },
  ];
}

function descriptors(kernel: KernelSettings, demands: KernelDemands): Advice[] {
  const { descriptorLimit: seen } = kernel;
  const accepted = demands.listeners.reduce((sum, { maxConnections }) => sum + maxConnections, 0);
  const { maxPoolConnections, descriptorReserve } = demands;
  const needed = accepted + demands.listeners.length + maxPoolConnections + descriptorReserve;
  if (seen === undefined || needed <= seen) return [];
  return [
    {
      setting: 'descriptor limit (ulimit -n)',
      seen: String(seen),
      recommended: `${needed} or more, or a lower maxConnections`,
      why: `${accepted} accepted and ${maxPoolConnections} pooled connections with a reserve of ${descriptorReserve} need ${needed}; at the limit new clients are closed without a word`,
      level: 'warning',
    },
  ];
}

function greatestBacklog(listeners: readonly ListenerDemand[]): number {
  return Math.max(0, ...listeners.map(({ backlog }) => backlog));
}
