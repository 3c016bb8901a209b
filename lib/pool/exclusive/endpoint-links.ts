import type { BalancedNode } from '../../balancing/balanced-node.js';
import { HealthClass } from '../../balancing/balanced-node.js';
import type { Clock } from '../../common/clock.js';
import type { Random } from '../../common/random.js';
import type { SocketPoolError } from '../../errors/socket-pool-error.js';
import type { Endpoint } from '../../discovery/endpoint.js';
import type { ActiveCloseCause } from '../../metrics/causes.js';
import type { EndpointOverride } from '../endpoint-override.js';
import type { Demand } from '../endpoint-pool-owner.js';
import type { ReconnectOptions } from '../reconnect.js';
import { Reconnect } from '../reconnect.js';
import type { EndpointStanding } from '../pool-state.js';
import type { ExclusiveLink, ExclusiveLinkOwner, LinkEnd, LinkPhase } from './exclusive-link.js';
import type { ExclusivePoolOptions } from './exclusive-options.js';

export type LinkLimits = ExclusivePoolOptions['links'];

export interface EndpointLinksOwner<Resource> extends Demand {
  /** Makes a link to the endpoint, not yet started. */
  makeLink(endpoint: Endpoint, owner: ExclusiveLinkOwner<Resource>): ExclusiveLink<Resource>;
  /** Whether the limit of all endpoints together leaves room for another link to this one. */
  mayOpen(links: EndpointLinks<Resource>): boolean;
  onConnecting(links: EndpointLinks<Resource>): void;
  onOpened(links: EndpointLinks<Resource>, link: ExclusiveLink<Resource>): void;
  onOpenFailed(links: EndpointLinks<Resource>, error: SocketPoolError): void;
  onClosed(links: EndpointLinks<Resource>, link: ExclusiveLink<Resource>, end: LinkEnd): void;
  /** Something can be leased that could not be before, or can be opened. */
  onChange(): void;
}

export interface EndpointLinksOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: LinkLimits;
  readonly reconnect: ReconnectOptions;
}

const OPEN: readonly LinkPhase[] = ['idle', 'checking', 'leased', 'resetting'];
const UNDER_WAY: readonly LinkPhase[] = ['opening', 'checking', 'resetting'];

/**
 * The links to one endpoint. The minimum is kept in the background; beyond it a link is opened when
 * somebody waits.
 *
 * A link that has reached its lifetime does not count towards the minimum, so that its replacement is
 * opened first; until then it is leased as before. Lost links are replaced at once for those who wait,
 * as long as the endpoint has others. When the last one is lost, the endpoint itself may be gone, for
 * all its clients: then the way back is spread over time.
 */
export class EndpointLinks<Resource>
  implements BalancedNode, EndpointStanding, ExclusiveLinkOwner<Resource>
{
  readonly #options: EndpointLinksOptions;
  readonly #owner: EndpointLinksOwner<Resource>;
  readonly #reconnect: Reconnect;
  /** In the order in which they were used last. */
  readonly #links = new Set<ExclusiveLink<Resource>>();
  #endpoint: Endpoint;
  #limits: LinkLimits;
  #override: EndpointOverride = { isEjected: false, isDrained: false };
  #leaving: ActiveCloseCause | undefined;

  constructor(
    endpoint: Endpoint,
    options: EndpointLinksOptions,
    owner: EndpointLinksOwner<Resource>,
  ) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#limits = options.limits;
    this.#owner = owner;
    this.#reconnect = new Reconnect(options.clock, options.random, {
      ...options.reconnect,
      onDue: () => {
        this.refill();
        owner.onChange();
      },
    });
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get weight(): number {
    return this.#override.weight ?? this.#endpoint.weight;
  }

  get links(): ReadonlySet<ExclusiveLink<Resource>> {
    return this.#links;
  }

  get limits(): { readonly minConnections: number; readonly maxConnections: number } {
    return { minConnections: this.#limits.minLinks, maxConnections: this.#limits.maxLinks };
  }

  get reconnectState(): Pick<Reconnect, 'failures' | 'lastError' | 'lastErrorAt' | 'dueInMs'> {
    return this.#reconnect;
  }

  get state(): 'active' | 'draining' | 'closed' {
    if (this.#leaving === undefined) return 'active';
    return this.#links.size === 0 ? 'closed' : 'draining';
  }

  /** Links that are open, leased or not. */
  get readyCount(): number {
    return this.#count(OPEN);
  }

  get isConnecting(): boolean {
    return this.#count(['opening']) > 0;
  }

  /** Links that can be leased soon without anybody returning one. */
  get underWay(): number {
    return this.#count(UNDER_WAY);
  }

  get leased(): number {
    return this.#count(['leased']);
  }

  get idle(): number {
    return this.#count(['idle']);
  }

  /** How busy the endpoint is with this pool. */
  get pending(): number {
    return this.leased + this.underWay;
  }

  get healthClass(): HealthClass {
    const healthClass = this.#healthClass();
    const isEjected = this.#override.isEjected && healthClass < HealthClass.Ejected;
    return isEjected ? HealthClass.Ejected : healthClass;
  }

  /** The idle link that is leased next, validated or not. */
  get next(): ExclusiveLink<Resource> | undefined {
    if (this.#isClosing) return undefined;
    let next: ExclusiveLink<Resource> | undefined;
    for (const link of this.#links) {
      if (link.phase !== 'idle') continue;
      next = link;
      if (this.#limits.idleOrder === 'fifo') return next;
    }
    return next;
  }

  /** Does what is possible for one more lease: validates a link, or opens one. */
  supply(): void {
    const { next } = this;
    if (next !== undefined) next.check();
    else if (this.#mayOpen) this.#open();
  }

  /** Somebody waits: an attempt should be made in time for it. */
  hurry(): void {
    if (!this.#isClosing) this.#reconnect.hurry(this.#owner.hurryMs);
  }

  /** Opens what is missing of the minimum. */
  refill(): void {
    const now = this.#options.clock.now();
    let missing = this.#limits.minLinks - this.#lasting(now);
    for (; missing > 0 && this.#mayOpen; missing--) this.#open();
  }

  /** Looks at what time has brought: lifetimes, idleness, links to keep alive. Called once a second. */
  housekeep(): void {
    const now = this.#options.clock.now();
    const { keepAliveIntervalMs } = this.#limits;
    for (const link of [...this.#links]) {
      if (link.phase !== 'idle' || this.#retire(link, now)) continue;
      const isKept = keepAliveIntervalMs > 0;
      if (isKept && link.times.uncheckedMs(now) >= keepAliveIntervalMs) link.check();
    }
    this.refill();
  }

  update(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
  }

  /** Other limits hold from now on. */
  resize(limits: LinkLimits): void {
    this.#limits = limits;
    this.housekeep();
  }

  override(change: Partial<EndpointOverride>): void {
    this.#override = { ...this.#override, ...change };
    this.housekeep();
  }

  /** Leases nothing any more; what is leased is closed when it is returned. */
  drain(cause: ActiveCloseCause): void {
    this.#leaving ??= cause;
    this.#reconnect.stop();
    for (const link of [...this.#links]) if (link.phase !== 'leased') link.close(cause);
  }

  destroy(cause: ActiveCloseCause): void {
    this.#leaving ??= cause;
    this.#reconnect.stop();
    for (const link of [...this.#links]) link.cut(cause);
  }

  onOpened(link: ExclusiveLink<Resource>): void {
    this.#reconnect.succeeded();
    this.#owner.onOpened(this, link);
    this.onIdle(link);
  }

  onOpenFailed(link: ExclusiveLink<Resource>, error: SocketPoolError): void {
    this.#links.delete(link);
    if (this.#leaving === undefined && error.code !== 'POOL_CLOSED') this.#reconnect.failed(error);
    this.#owner.onOpenFailed(this, error);
  }

  onReturned(link: ExclusiveLink<Resource>): void {
    // Those used last come last.
    this.#links.delete(link);
    this.#links.add(link);
    this.onIdle(link);
  }

  onIdle(link: ExclusiveLink<Resource>): void {
    this.#retire(link, this.#options.clock.now());
    this.#owner.onChange();
  }

  onClosed(link: ExclusiveLink<Resource>, end: LinkEnd): void {
    this.#links.delete(link);
    const isLost = end.reason.by === 'peer' && this.#leaving === undefined;
    if (isLost && this.readyCount === 0)
      this.#reconnect.lost(this.#limits.minLinks, link.times.ageMs(this.#options.clock.now()));
    this.#owner.onClosed(this, link, end);
  }

  get #isClosing(): boolean {
    return this.#leaving !== undefined || this.#override.isDrained;
  }

  get #mayOpen(): boolean {
    if (this.#isClosing || this.#reconnect.isWaiting) return false;
    return this.#links.size < this.#limits.maxLinks && this.#owner.mayOpen(this);
  }

  #healthClass(): HealthClass {
    const { next } = this;
    if (next === undefined) return this.#mayOpen ? HealthClass.Connecting : HealthClass.Unavailable;
    return next.isFresh(this.#options.clock.now()) ? HealthClass.Ready : HealthClass.Busy;
  }

  #open(): void {
    this.#owner.onConnecting(this);
    if (!this.#mayOpen) return;
    const link = this.#owner.makeLink(this.#endpoint, this);
    this.#links.add(link);
    link.start();
  }

  /** Closes an idle link that should not be there. @returns whether it did */
  #retire(link: ExclusiveLink<Resource>, now: number): boolean {
    const cause = this.#retirement(link, now);
    if (cause !== undefined) link.close(cause);
    return cause !== undefined;
  }

  #retirement(link: ExclusiveLink<Resource>, now: number): ActiveCloseCause | undefined {
    const { minLinks, maxLinks, idleTimeoutMs } = this.#limits;
    if (this.#isClosing) return this.#leaving ?? 'other';
    const live = this.#count(OPEN) + this.#count(['opening']);
    if (live > maxLinks) return 'idle';
    const isFull = this.#links.size >= maxLinks || !this.#owner.mayOpen(this);
    if (link.times.isExpired(now))
      return isFull || this.#lasting(now, OPEN) >= minLinks ? 'lifetime' : undefined;
    return link.idleMs(now) >= idleTimeoutMs && live > minLinks ? 'idle' : undefined;
  }

  /** Links that have not reached their lifetime. */
  #lasting(now: number, phases: readonly LinkPhase[] = [...OPEN, 'opening']): number {
    let lasting = 0;
    for (const link of this.#links)
      if (phases.includes(link.phase) && !link.times.isExpired(now)) lasting++;
    return lasting;
  }

  #count(phases: readonly LinkPhase[]): number {
    let count = 0;
    for (const link of this.#links) if (phases.includes(link.phase)) count++;
    return count;
  }
}
