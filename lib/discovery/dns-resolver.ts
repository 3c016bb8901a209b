/** An address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface AddressAnswer {
  /** The family that should be used comes first. None: there is no such name, or it has no address. */
  readonly addresses: readonly HostAddress[];
  /** How long the answer is good, where the resolver knows. */
  readonly ttlMs?: number | undefined;
  /** Why there is none. */
  readonly reason?: Error | undefined;
}

/** One instance of a service, as a SRV record describes it (RFC 2782). */
export interface ServiceRecord {
  /** The name of the host. */
  readonly name: string;
  readonly port: number;
  /** The lowest comes first; the others are for when it cannot be reached. */
  readonly priority: number;
  /** Share among those of one priority; 0: hardly any. */
  readonly weight: number;
}

export interface ServiceAnswer {
  readonly records: readonly ServiceRecord[];
  readonly reason?: Error | undefined;
}

/** The IP family that is wanted; 0: both. */
export type IpFamily = 0 | 4 | 6;

/** Who is asked for names. Rejects when it could not find out; that there is none is an answer. */
export interface DnsResolver {
  addresses(name: string, family: IpFamily, signal: AbortSignal): Promise<AddressAnswer>;
  services(name: string, signal: AbortSignal): Promise<ServiceAnswer>;
}

const ABSENT: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'ENONAME']);

/** The error says that there is nothing of the kind, not that nobody could be asked. */
export function isAbsence(error: unknown): error is Error {
  return error instanceof Error && ABSENT.has((error as Error & { code?: unknown }).code);
}
