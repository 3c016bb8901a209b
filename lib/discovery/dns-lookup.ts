/**
 * What a name stands for, as endpoints. A host is one endpoint per address. A service (SRV, RFC 2782) is
 * one per address of each of its hosts; the lowest priority carries the calls.
 *
 * What should be used only in need (the higher priorities, and the IP family that does not come first)
 * has weight 0: connections are kept to it, and calls go there when nothing else takes any.
 */
import type { AddressAnswer, DnsResolver, IpFamily, ServiceRecord } from './dns-resolver.js';
import type { EndpointInput } from './endpoint.js';
import type { EndpointsAnswer } from './polling-options.js';

export interface DnsQuestion {
  readonly name: string;
  readonly scheme: 'tcp' | 'tls';
  readonly family: IpFamily;
}

/** RFC 2782: what has weight 0 beside others "should have a very small chance of being selected". */
const SMALL_WEIGHT = 0.1;
/** How many hosts are asked for at once; the hosts of a large service must not crowd out everybody else. */
const CONCURRENCY = 8;

export async function lookUpHost(
  resolver: DnsResolver,
  question: DnsQuestion & { readonly port: number },
  signal: AbortSignal,
): Promise<EndpointsAnswer> {
  const { name, port, family } = question;
  const answer = await resolver.addresses(name, family, signal);
  return {
    endpoints: endpointsOf(question, { name, port, weight: 1 }, answer),
    validForMs: answer.ttlMs,
    emptyReason: emptyReason(name, answer.reason),
  };
}

export async function lookUpService(
  resolver: DnsResolver,
  question: DnsQuestion,
  signal: AbortSignal,
): Promise<EndpointsAnswer> {
  const { records, reason } = await resolver.services(question.name, signal);
  const targets = weighted(records);
  const answers = await mapSome(targets, CONCURRENCY, ({ name }) =>
    resolver.addresses(name, question.family, signal),
  );
  const endpoints = targets.flatMap((target, at) => {
    const answer = answers[at]!;
    return endpointsOf(question, { ...target, weight: shareOf(target, answer) }, answer);
  });
  const ttls = answers.map((each) => each.ttlMs).filter((each) => each !== undefined);
  const absence = reason ?? answers.find((each) => each.reason !== undefined)?.reason;
  return {
    endpoints: withoutRepetition(endpoints),
    validForMs: ttls.length === 0 ? undefined : Math.min(...ttls),
    emptyReason: emptyReason(question.name, absence),
  };
}

interface Target {
  readonly name: string;
  readonly port: number;
  readonly weight: number;
}

/** The best priority first, with its weights; all others with none. */
function weighted(records: readonly ServiceRecord[]): Target[] {
  // RFC 2782: a target of "." says that the service is not offered.
  const offered = records.filter(({ name }) => name !== '' && name !== '.');
  const best = Math.min(...offered.map((each) => each.priority));
  const isWeighted = offered.some(({ priority, weight }) => priority === best && weight > 0);
  const weightOf = ({ priority, weight }: ServiceRecord): number => {
    if (priority !== best) return 0;
    return isWeighted ? Math.max(weight, SMALL_WEIGHT) : 1;
  };
  return offered
    .toSorted((a, b) => a.priority - b.priority)
    .map((each) => ({ name: each.name, port: each.port, weight: weightOf(each) }));
}

/** Of a host with a weight of its own, all addresses together have it. */
function shareOf({ weight }: Target, { addresses }: AddressAnswer): number {
  const sharers = addresses.filter(({ family }) => family === addresses[0]?.family).length;
  return weight / Math.max(1, sharers);
}

function endpointsOf(
  { scheme }: DnsQuestion,
  { name, port, weight }: Target,
  { addresses }: AddressAnswer,
): EndpointInput[] {
  const preferred = addresses[0]?.family;
  return addresses.map(({ address, family }) => ({
    address: `${scheme}://${family === 6 ? `[${address}]` : address}:${port}`,
    weight: family === preferred ? weight : 0,
    serverName: name.endsWith('.') ? name.slice(0, -1) : name,
  }));
}

function withoutRepetition(endpoints: readonly EndpointInput[]): EndpointInput[] {
  const byAddress = new Map<string, EndpointInput>();
  for (const each of endpoints) if (!byAddress.has(each.address)) byAddress.set(each.address, each);
  return [...byAddress.values()];
}

function emptyReason(name: string, reason: Error | undefined): Error {
  const why = reason === undefined ? '' : `: ${reason.message}`;
  return new Error(`there is no address of ${name}${why}`, { cause: reason });
}

async function mapSome<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map((each) => map(each)))));
  return results;
}
