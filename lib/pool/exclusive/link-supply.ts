import type { Picker } from '../../balancing/picker.js';
import type { Clock, Timer } from '../../common/clock.js';
import type { Random } from '../../common/random.js';
import { messageOf, SocketPoolError } from '../../errors/socket-pool-error.js';
import type { Discovery } from '../../discovery/discovery.js';
import type { Endpoint } from '../../discovery/endpoint.js';
import type { EndpointChange } from '../../discovery/endpoint-set.js';
import type { ActiveCloseCause } from '../../metrics/causes.js';
import type { Demand } from '../endpoint-pool-owner.js';
import { EndpointWatch } from '../endpoint-watch.js';
import type { PoolReporter } from '../pool-reporter.js';
import type { PoolStatistics } from '../pool-statistics.js';
import type { EndpointLinksOwner, LinkLimits } from './endpoint-links.js';
import { EndpointLinks } from './endpoint-links.js';
import type { ExclusiveLink, ExclusiveLinkOwner, LinkEnd } from './exclusive-link.js';
import type { ExclusivePoolOptions } from './exclusive-options.js';

/** How often lifetimes, idleness and leases are looked at, in ms. */
const HOUSEKEEPING_MS = 1_000;

/** Makes a link to an endpoint, not yet started. */
export type LinkFactory<Resource> = (
  endpoint: Endpoint,
  owner: ExclusiveLinkOwner<Resource>,
) => ExclusiveLink<Resource>;

export interface LinkSupplyDependencies<Resource> {
  readonly clock: Clock;
  readonly random: Random;
  readonly picker: Picker;
  readonly discovery: Discovery;
  readonly makeLink: LinkFactory<Resource>;
  readonly statistics: PoolStatistics;
  readonly reporter: PoolReporter;
}

export interface LinkSupplyOwner extends Demand {
  /** Links or endpoints came, failed, went, or can be leased. */
  onChange(): void;
  onConnectFailed(error: SocketPoolError): void;
  /** A second has passed. */
  onLook(): void;
}

/** The endpoints of one service as discovery tells them, each with its links. */
export class LinkSupply<Resource> implements EndpointLinksOwner<Resource> {
  readonly #options: ExclusivePoolOptions;
  readonly #dependencies: LinkSupplyDependencies<Resource>;
  readonly #owner: LinkSupplyOwner;
  readonly #watch: EndpointWatch;
  readonly #endpoints = new Map<string, EndpointLinks<Resource>>();
  #limits: LinkLimits;
  #active: readonly EndpointLinks<Resource>[] = [];
  /** Those that discovery names no longer, until their last link is closed. */
  readonly #leaving = new Set<EndpointLinks<Resource>>();
  #housekeeping: Timer | undefined;
  #lastError: SocketPoolError | undefined;

  constructor(
    options: ExclusivePoolOptions,
    dependencies: LinkSupplyDependencies<Resource>,
    owner: LinkSupplyOwner,
  ) {
    this.#options = options;
    this.#limits = options.links;
    this.#dependencies = dependencies;
    this.#owner = owner;
    this.#watch = new EndpointWatch(dependencies.discovery, dependencies.clock, {
      onEndpoints: (change) => this.#onEndpoints(change),
      onError: (error) => this.#onDiscoveryFailed(error),
    });
  }

  get isStarted(): boolean {
    return this.#watch.isStarted;
  }

  get isDiscovering(): boolean {
    return this.#watch.isAsking;
  }

  /** Where the endpoints come from. */
  get source(): Pick<EndpointWatch, 'snapshot'> {
    return this.#watch;
  }

  /** The limits in force. */
  get limits(): LinkLimits {
    return this.#limits;
  }

  /** Those that discovery names. */
  get active(): readonly EndpointLinks<Resource>[] {
    return this.#active;
  }

  /** All that have links. */
  get all(): readonly EndpointLinks<Resource>[] {
    return [...this.#active, ...this.#leaving];
  }

  /** Why there is no link, as far as it is known. */
  get lastError(): SocketPoolError | undefined {
    return this.#lastError;
  }

  /** Open links of all active endpoints, leased or not. */
  get readyLinks(): number {
    return this.#active.reduce((total, each) => total + each.readyCount, 0);
  }

  /** Links that can be leased soon without anybody returning one. */
  get underWay(): number {
    return this.#active.reduce((total, each) => total + each.underWay, 0);
  }

  get isConnecting(): boolean {
    return this.isDiscovering || this.#active.some((each) => each.isConnecting);
  }

  get isDemanded(): boolean {
    return this.#owner.isDemanded;
  }

  get hurryMs(): number {
    return this.#owner.hurryMs;
  }

  /** Links in whatever phase, of all endpoints together. */
  get connections(): number {
    return this.all.reduce((total, each) => total + each.links.size, 0);
  }

  /** The endpoint for the next lease; `undefined` when none can do anything for it. */
  pick(): EndpointLinks<Resource> | undefined {
    return this.#dependencies.picker.pick(this.#active);
  }

  /** An idle link that needs no validation, where the next lease should go. */
  takeFresh(): ExclusiveLink<Resource> | undefined {
    const next = this.pick()?.next;
    return next?.isFresh(this.#dependencies.clock.now()) === true ? next : undefined;
  }

  /** Begins to watch discovery and to connect. Idempotent. */
  start(): void {
    if (this.isStarted) return;
    this.#scheduleHousekeeping();
    this.#watch.start();
  }

  /** Somebody waits, or one more: what is planned for later should be done in time. */
  hurry(): void {
    if (this.#active.length === 0) this.#watch.refresh();
    for (const each of this.#active) each.hurry();
  }

  /** Other limits hold from now on, for endpoints to come as well. */
  resize(limits: LinkLimits): void {
    this.#limits = limits;
    for (const each of this.#active) each.resize(limits);
    this.#owner.onChange();
  }

  drain(cause: ActiveCloseCause): void {
    this.#stop();
    for (const each of this.all) each.drain(cause);
  }

  destroy(cause: ActiveCloseCause): void {
    this.#stop();
    for (const each of this.all) each.destroy(cause);
  }

  /** For each endpoint that has no link room for one is left, or the first would take it all. */
  mayOpen(links: EndpointLinks<Resource>): boolean {
    const isFirst = links.links.size === 0;
    const kept = isFirst ? 0 : this.#active.filter((each) => each.links.size === 0).length;
    return this.connections + kept < this.#limits.maxTotalLinks;
  }

  makeLink(endpoint: Endpoint, owner: ExclusiveLinkOwner<Resource>): ExclusiveLink<Resource> {
    this.#dependencies.statistics.connectAttempted();
    return this.#dependencies.makeLink(endpoint, owner);
  }

  onConnecting(links: EndpointLinks<Resource>): void {
    this.#dependencies.reporter.connecting(links);
  }

  onOpened(links: EndpointLinks<Resource>, link: ExclusiveLink<Resource>): void {
    this.#lastError = undefined;
    this.#dependencies.reporter.established(links, link);
  }

  onOpenFailed(links: EndpointLinks<Resource>, error: SocketPoolError): void {
    // One that was given up says nothing about the endpoint.
    if (error.code !== 'POOL_CLOSED') {
      this.#lastError = error;
      this.#watch.refresh();
    }
    this.#forgetIfEmpty(links);
    this.#dependencies.reporter.connectFailed(links, error);
    this.#owner.onChange();
    this.#owner.onConnectFailed(error);
  }

  onClosed(links: EndpointLinks<Resource>, link: ExclusiveLink<Resource>, end: LinkEnd): void {
    this.#forgetIfEmpty(links);
    this.#dependencies.reporter.closed(links, link, end);
    if (end.reason.by !== 'us') this.#watch.refresh();
    this.onChange();
  }

  onChange(): void {
    if (this.readyLinks === 0) this.#dependencies.reporter.unready();
    this.#owner.onChange();
  }

  #onEndpoints(change: EndpointChange): void {
    const removed = change.removed.map((endpoint) => this.#remove(endpoint));
    for (const endpoint of change.kept) this.#endpoints.get(endpoint.key)?.update(endpoint);
    for (const endpoint of change.added) this.#endpoints.set(endpoint.key, this.#make(endpoint));
    this.#active = [...this.#endpoints.values()];
    for (const each of this.#active) each.refill();
    for (const each of removed) each.drain('endpointGone');
    for (const each of removed) this.#forgetIfEmpty(each);
    if (change.added.length + change.removed.length > 0)
      this.#dependencies.reporter.endpointsChanged(change);
    this.onChange();
  }

  #onDiscoveryFailed(error: Error): void {
    const text = `the endpoints of ${this.#options.name} could not be looked up: ${messageOf(error)}`;
    if (this.#active.length === 0)
      this.#lastError = new SocketPoolError('NO_ENDPOINT', text, { cause: error });
    this.#dependencies.reporter.discoveryFailed(error);
    this.#owner.onChange();
  }

  #make(endpoint: Endpoint): EndpointLinks<Resource> {
    const { clock, random } = this.#dependencies;
    const { reconnect } = this.#options;
    return new EndpointLinks(endpoint, { clock, random, limits: this.#limits, reconnect }, this);
  }

  #remove(endpoint: Endpoint): EndpointLinks<Resource> {
    const links = this.#endpoints.get(endpoint.key)!;
    this.#endpoints.delete(endpoint.key);
    this.#leaving.add(links);
    return links;
  }

  #forgetIfEmpty(links: EndpointLinks<Resource>): void {
    if (links.links.size === 0) this.#leaving.delete(links);
  }

  #scheduleHousekeeping(): void {
    this.#housekeeping = this.#dependencies.clock.schedule(HOUSEKEEPING_MS, () => {
      this.#scheduleHousekeeping();
      for (const each of this.#active) each.housekeep();
      this.#owner.onLook();
    });
  }

  #stop(): void {
    this.#watch.stop();
    this.#housekeeping?.cancel();
  }
}
