import type { WorkerOptions } from '../../management.contract.js';
import { AddressList } from './address-list.js';
import { HostList } from './host-list.js';
import type { RequestFacts } from './request-facts.js';
import { TokenCheck, type AccessLevel } from './token-check.js';

const READING = new Set(['GET', 'HEAD']);
const ACTING = new Set(['POST', 'PATCH']);
export const ALLOWED_METHODS = 'GET, HEAD, POST, PATCH';

/** `answer` with what the asker may see; `crossOrigin` is the page of another origin that may read the answer. */
export type Verdict =
  | { readonly kind: 'answer'; readonly level: AccessLevel; readonly crossOrigin?: string }
  | { readonly kind: 'preflight'; readonly crossOrigin: string }
  | { readonly kind: 'refuse'; readonly status: number; readonly message: string };

/**
 * Who may ask for what. Looked at in this order, and the first that fails decides:
 *
 * | what                                                                    | status  |
 * | ----------------------------------------------------------------------- | ------- |
 * | the address is not allowed                                              | 403     |
 * | no `Host`, several, or a path that is none                              | 400     |
 * | the `Host` is not one of ours                                           | 403     |
 * | the origin is foreign, or a browser says that the request is cross-site | 403     |
 * | the method is none of GET, HEAD, POST, PATCH                            | 405     |
 * | reading without a token, where one is configured                        | 401     |
 * | acting without a token, or with one that may not                        | 401/403 |
 *
 * Probes and the files of the page are open to whoever passes the first five: an orchestrator has no token,
 * and a page has none before somebody has typed it. Without a token a probe tells its verdict and no details.
 * Where no token to act is configured nobody may act.
 */
export class AccessPolicy {
  private readonly addresses: AddressList;
  private readonly hosts: HostList;
  private readonly origins: ReadonlySet<string>;
  private readonly tokens: TokenCheck;

  /**
   * @param staticPaths the files of the page
   * @throws Error for addresses that are none
   */
  constructor(
    options: Pick<
      WorkerOptions,
      'token' | 'readToken' | 'allowedAddresses' | 'allowedHosts' | 'allowedOrigins'
    >,
    private readonly staticPaths: ReadonlySet<string>,
  ) {
    this.addresses = new AddressList(options.allowedAddresses);
    this.hosts = new HostList(options.allowedHosts);
    this.origins = new Set(options.allowedOrigins);
    this.tokens = new TokenCheck(options);
  }

  judge(facts: RequestFacts): Verdict {
    return this.refusalOf(facts) ?? this.judgeMethod(facts);
  }

  private refusalOf(facts: RequestFacts): Verdict | undefined {
    if (!this.addresses.includes(facts.remoteAddress))
      return refuse(403, 'the address is not allowed');
    const [host, ...others] = facts.hosts;
    if (host === undefined || others.length > 0) return refuse(400, 'one Host header is needed');
    if (!facts.path.startsWith('/')) return refuse(400, 'the path must begin with a slash');
    const local = { address: facts.localAddress, port: facts.localPort };
    if (!this.hosts.includes(host, local))
      return refuse(403, 'the Host is not allowed; add it to `allowedHosts`');
    return this.isForeign(facts, host)
      ? refuse(403, 'the origin is not allowed; add it to `allowedOrigins`')
      : undefined;
  }

  private isForeign(facts: RequestFacts, host: string): boolean {
    const { origin, fetchSite, fetchDestination, method } = facts;
    if (origin !== undefined) return !this.origins.has(origin) && origin !== ownOrigin(facts, host);
    if (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none')
      return false;
    // Following a link to the page is how people come here; images, frames and scripts of others are not.
    const isLink = fetchDestination === 'document' && READING.has(method);
    return !(isLink && this.staticPaths.has(facts.path));
  }

  private judgeMethod(facts: RequestFacts): Verdict {
    const { method, origin } = facts;
    const crossOrigin = origin !== undefined && this.origins.has(origin) ? origin : undefined;
    if (READING.has(method)) return this.judgeReading(facts, crossOrigin);
    if (ACTING.has(method)) return this.judgeActing(facts, crossOrigin);
    if (method === 'OPTIONS' && crossOrigin !== undefined)
      return { kind: 'preflight', crossOrigin };
    return refuse(405, `the methods are ${ALLOWED_METHODS}`);
  }

  private judgeReading(facts: RequestFacts, crossOrigin: string | undefined): Verdict {
    const level = this.tokens.levelOf(facts.authorization);
    if (level === 'open' && !this.isOpen(facts.path)) return refuse(401, 'a token is needed');
    return { kind: 'answer', level, crossOrigin };
  }

  private judgeActing(facts: RequestFacts, crossOrigin: string | undefined): Verdict {
    const level = this.tokens.levelOf(facts.authorization);
    if (level === 'act') return { kind: 'answer', level, crossOrigin };
    if (!this.tokens.isActingPossible)
      return refuse(403, 'actions are switched off: no `token` is configured');
    return level === 'read' && this.tokens.isReadingProtected
      ? refuse(403, 'the token may read only')
      : refuse(401, 'a token is needed');
  }

  /** Exactly these, so that what the router takes for the same path in other words needs a token. */
  private isOpen(path: string): boolean {
    return /^\/health(\/[a-z0-9-]+)?$/.test(path) || this.staticPaths.has(path);
  }
}

/** `host` has been checked. */
function ownOrigin({ isSecure }: RequestFacts, host: string): string {
  return `${isSecure ? 'https' : 'http'}://${host.toLowerCase()}`;
}

function refuse(status: number, message: string): Verdict {
  return { kind: 'refuse', status, message };
}
