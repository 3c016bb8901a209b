import { printValue } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';

/** An address at which a service can be reached. Plain and frozen. */
export interface Endpoint {
  /** What makes it the same endpoint from one set to the next. */
  readonly key: string;
  /** `tcp://10.0.0.7:4000`, `tls://…`, `unix:/run/x.sock`; checked by whoever makes links to it. */
  readonly address: string;
  /** Share of the calls in comparison with the others; 0 to 65 535. 0: no new calls while another can take them. */
  readonly weight: number;
  readonly zone: string | undefined;
  /** The name that the address was found under; a `tls://` peer has to prove that it bears it. */
  readonly serverName: string | undefined;
  /** Version, instance name and the like, for people and for pickers. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An endpoint as a user or a registry writes it. */
export interface EndpointInput {
  readonly address: string;
  /** Default: the address. */
  readonly key?: string;
  /** Default 1. */
  readonly weight?: number;
  readonly zone?: string | undefined;
  /** For `tls://`: the name the peer's certificate has to have. Default: the host of the address. */
  readonly serverName?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const MAX_WEIGHT = 65_535;

/**
 * Completes what is left out.
 *
 * @throws SocketPoolError `INVALID_OPTIONS`, listing everything that is not usable
 */
export function createEndpoint(input: string | EndpointInput): Endpoint {
  const given: EndpointInput = typeof input === 'string' ? { address: input } : input;
  const problems = problemsOf(given);
  if (problems.length > 0) throw invalidOptionsError('an endpoint', problems);
  const { address, key = address, weight = 1, zone, serverName } = given;
  const metadata = Object.freeze({ ...given.metadata });
  return Object.freeze({ key, address, weight, zone, serverName, metadata });
}

function problemsOf(input: unknown): string[] {
  if (typeof input !== 'object' || input === null) {
    return [`${printValue(input)} is not an address or an object with an address`];
  }
  const { address, key, weight, zone, serverName, metadata } = input as Record<string, unknown>;
  const problems: string[] = [];
  const demand = (isUsable: boolean, name: string, value: unknown, expected: string): void => {
    if (!isUsable) problems.push(`${name}: ${printValue(value)} is not ${expected}`);
  };
  demand(isText(address), 'address', address, 'an address such as tcp://10.0.0.7:4000');
  demand(key === undefined || isText(key), 'key', key, 'a text');
  demand(
    weight === undefined || isWeight(weight),
    'weight',
    weight,
    `a number from 0 to ${MAX_WEIGHT}`,
  );
  demand(zone === undefined || isText(zone), 'zone', zone, 'a text');
  demand(serverName === undefined || isText(serverName), 'serverName', serverName, 'a text');
  demand(metadata === undefined || typeof metadata === 'object', 'metadata', metadata, 'an object');
  return problems;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isWeight(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MAX_WEIGHT;
}
