/**
 * How long the kernel itself goes on with a peer that is gone. Pools and servers do not wait for it: they
 * have a connect timeout, heartbeats, and keepalive times of their own. Everything else in the process
 * does, such as databases, HTTP clients, and peers of Nest's own TCP transport.
 */
import type { KernelSettings } from '../kernel/kernel-settings.js';
import type { Advice, AdviceRule } from './kernel-advice.js';

/** The first retransmission of a SYN, and the least and most between those of data, in seconds. */
const SYN_TIMEOUT_S = 1;
const MIN_RETRANSMISSION_S = 0.2;
const MAX_RETRANSMISSION_S = 120;

interface CountRule {
  readonly setting: string;
  readonly read: (kernel: KernelSettings) => number | undefined;
  readonly min: number;
  readonly max: number;
  readonly recommended: number;
  readonly tooMany: (seen: number) => string;
  readonly tooFew: string;
}

const COUNT_RULES: readonly CountRule[] = [
  {
    setting: 'net.ipv4.tcp_syn_retries',
    read: (kernel) => kernel.tcpSynRetries,
    min: 2,
    max: 3,
    recommended: 3,
    tooMany: (seen) =>
      `whoever has no connect timeout of its own waits ${inWords(doubling(SYN_TIMEOUT_S, seen))} for an address that does not answer`,
    tooFew: 'one or two lost packets are enough for a connection not to come up',
  },
  {
    setting: 'net.ipv4.tcp_retries2',
    read: (kernel) => kernel.tcpRetries2,
    // RFC 1122, 4.2.3.5: at least 100 s, which is 8; practice goes down to 5.
    min: 5,
    max: 8,
    recommended: 8,
    tooMany: (seen) =>
      `a connection without heartbeats to a peer that vanished holds what was sent for ${inWords(doubling(MIN_RETRANSMISSION_S, seen))} before it fails`,
    tooFew: 'a short outage of the network ends connections that would have survived it',
  },
  {
    setting: 'net.ipv4.tcp_keepalive_time',
    read: (kernel) => kernel.tcpKeepaliveTime,
    min: 10,
    max: 600,
    recommended: 300,
    tooMany: (seen) =>
      `an idle connection with the kernel's keepalive is first probed after ${inWords(seen)}: firewalls and balancers forget it long before`,
    tooFew: 'every idle connection on the machine is probed all the time',
  },
  {
    setting: 'net.ipv4.tcp_keepalive_intvl',
    read: (kernel) => kernel.tcpKeepaliveIntvl,
    min: 1,
    max: 30,
    recommended: 30,
    tooMany: (seen) => `a probe that got no answer is repeated only after ${inWords(seen)}`,
    tooFew: '',
  },
  {
    setting: 'net.ipv4.tcp_keepalive_probes',
    read: (kernel) => kernel.tcpKeepaliveProbes,
    min: 2,
    max: 9,
    recommended: 5,
    tooMany: (seen) => `${seen} probes are sent to a peer that is gone before it is given up`,
    tooFew: 'a single lost probe ends a connection',
  },
];

/** A rule for each setting, for the list of all. */
export const TIMEOUT_RULES: readonly AdviceRule[] = COUNT_RULES.map(
  (rule) => (kernel: KernelSettings) => adviceOf(rule, rule.read(kernel)),
);

function adviceOf(rule: CountRule, seen: number | undefined): Advice[] {
  if (seen === undefined || (seen >= rule.min && seen <= rule.max)) return [];
  const why = seen > rule.max ? rule.tooMany(seen) : rule.tooFew;
  const { setting, recommended } = rule;
  return [{ setting, seen: String(seen), recommended: String(recommended), why, level: 'hint' }];
}

/** The sum of the first wait and `retries` more, each twice the one before. */
function doubling(firstSeconds: number, retries: number): number {
  let sum = 0;
  for (let i = 0; i <= retries; i++) sum += Math.min(firstSeconds * 2 ** i, MAX_RETRANSMISSION_S);
  return sum;
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
