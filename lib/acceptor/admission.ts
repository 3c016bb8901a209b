import type { LinkAddress } from '../link/link-address.js';
import { parseLinkAddress } from '../link/link-address.js';
import { includesPort } from '../metrics/kernel-text.js';
import type { KernelLimits } from './kernel-limits.js';

/** What is looked at when a link comes in. */
export interface AdmissionView {
  readonly isListening: boolean;
  /** An operator took the instance out of service. */
  readonly isOffline: boolean;
  /** Links that are admitted: in their handshake, ready or draining. */
  readonly connections: number;
  readonly maxConnections: number;
  /** Links that are being told that there is no room. */
  readonly refusing: number;
  /** Descriptors that are kept free of connections. */
  readonly descriptorReserve: number;
}

/**
 * `refuse` tells the peer why, as soon as it is known whether it would understand; `drop` closes at once,
 * because even telling costs a descriptor for a moment.
 */
export type Admission =
  | { readonly verdict: 'admit' }
  | { readonly verdict: 'refuse' | 'drop'; readonly cause: AdmissionRefusalCause };

type AdmissionRefusalCause = 'tooManyConnections' | 'draining' | 'offline';

/** How many peers may be told at once that there is no room; each takes a descriptor of the reserve. */
const MAX_REFUSING = 32;

const ADMIT: Admission = Object.freeze({ verdict: 'admit' });

export function admit(view: AdmissionView): Admission {
  if (!view.isListening) return { verdict: 'drop', cause: 'draining' };
  if (view.connections < view.maxConnections && !view.isOffline) return ADMIT;
  const maxRefusing = Math.min(MAX_REFUSING, Math.floor(view.descriptorReserve / 2));
  const verdict = view.refusing < maxRefusing ? 'refuse' : 'drop';
  return { verdict, cause: view.isOffline ? 'offline' : 'tooManyConnections' };
}

/** Something that works, but not as configured. */
export interface AcceptorWarning {
  readonly code: 'DESCRIPTOR_LIMIT' | 'BACKLOG_LIMIT' | 'EPHEMERAL_PORT' | 'LISTENER_FAILED';
  readonly message: string;
}

/** What an acceptor would like to have descriptors for. */
export interface DescriptorDemand {
  readonly maxConnections: number;
  /** Peers that may be in their TLS handshake at once; they are no connections yet. */
  readonly maxHandshakes: number;
  /** Kept for everything else. */
  readonly reserve: number;
}

export interface ConnectionLimit {
  readonly maxConnections: number;
  readonly maxHandshakes: number;
  readonly warning: AcceptorWarning | undefined;
}

/**
 * The number of connections that the descriptors of the process allow. With none left Node closes new
 * clients without a word, and logs and files fail: the limit has to be reached before that.
 */
export function limitConnections(demand: DescriptorDemand, limits: KernelLimits): ConnectionLimit {
  const wanted = demand.maxConnections;
  const { maxDescriptors = Infinity } = limits;
  const free = Math.max(1, maxDescriptors - demand.reserve);
  const maxHandshakes = Math.min(demand.maxHandshakes, Math.floor(free / 2));
  const possible = free - maxHandshakes;
  if (wanted <= possible) return { maxConnections: wanted, maxHandshakes, warning: undefined };
  const handshakes = maxHandshakes > 0 ? ` and ${maxHandshakes} are for TLS handshakes` : '';
  const message =
    `maxConnections is ${possible} instead of ${wanted}: the process may open ${maxDescriptors} files, ` +
    `of which ${demand.reserve} are kept${handshakes} (raise the limit with ulimit -n, or LimitNOFILE)`;
  const warning = { code: 'DESCRIPTOR_LIMIT', message } as const;
  return { maxConnections: possible, maxHandshakes, warning };
}

/** What about the addresses and the backlog is not as it looks. */
export function listenWarnings(
  addresses: readonly string[],
  backlog: number,
  limits: KernelLimits,
): AcceptorWarning[] {
  const warnings: AcceptorWarning[] = [];
  if (limits.maxBacklog !== undefined && backlog > limits.maxBacklog) {
    warnings.push({
      code: 'BACKLOG_LIMIT',
      message: `a backlog of ${backlog} is cut to ${limits.maxBacklog} by the system (net.core.somaxconn)`,
    });
  }
  for (const address of addresses) {
    const warning = portWarning(address, limits);
    if (warning !== undefined) warnings.push(warning);
  }
  return warnings;
}

/** A port of the ephemeral range may be taken by any outgoing connection just when the service restarts. */
function portWarning(text: string, limits: KernelLimits): AcceptorWarning | undefined {
  const address: LinkAddress | string = parseLinkAddress(text, 'listen');
  if (typeof address === 'string' || address.kind === 'unix') return undefined;
  const { port } = address;
  const { ephemeralPorts, reservedPorts } = limits;
  if (port === 0 || ephemeralPorts === undefined || !includesPort(ephemeralPorts, port))
    return undefined;
  if (reservedPorts.some((range) => includesPort(range, port))) return undefined;
  const { first, last } = ephemeralPorts;
  const message =
    `port ${port} lies in the range ${first}-${last} from which the system takes ports for outgoing connections, ` +
    `and may be taken at a restart (choose another, or add it to net.ipv4.ip_local_reserved_ports)`;
  return { code: 'EPHEMERAL_PORT', message };
}
