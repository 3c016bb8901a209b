import type { Clock } from '../../common/clock.js';
import type { SocketPoolError } from '../../errors/socket-pool-error.js';
import type { Endpoint } from '../../discovery/endpoint.js';
import type { Dialer } from '../../link/link.js';
import { LinkStream } from '../../link/link-stream.js';
import type { ActiveCloseCause } from '../../metrics/causes.js';
import type { TrafficCounts } from '../../metrics/snapshot.js';
import type { CloseReason } from '../failure-cause.js';
import { closeReason } from '../failure-cause.js';
import {
  givenUpError,
  lateOpeningError,
  lostLinkError,
  openingError,
  unaskedError,
} from './exclusive-errors.js';
import type { LeasedLink } from './lease.js';
import type { LinkResource, ResourceContext } from './link-resource.js';
import { LinkTimes } from './link-times.js';
import { ResourceWork } from './resource-work.js';

export interface LinkEnd {
  readonly reason: CloseReason;
  readonly error: Error | undefined;
}

/** What one link of a pool tells its endpoint. */
export interface ExclusiveLinkOwner<Resource> {
  onOpened(link: ExclusiveLink<Resource>): void;
  onOpenFailed(link: ExclusiveLink<Resource>, error: SocketPoolError): void;
  /** Its lease is over, and it can be leased again. */
  onReturned(link: ExclusiveLink<Resource>): void;
  /** It was validated, and can be leased again. */
  onIdle(link: ExclusiveLink<Resource>): void;
  /** Only for links that had been opened. */
  onClosed(link: ExclusiveLink<Resource>, end: LinkEnd): void;
}

export interface ExclusiveLinkOptions<Resource> {
  readonly id: number;
  readonly endpoint: Endpoint;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly resource: LinkResource<Resource>;
  readonly connectTimeoutMs: number;
  readonly workTimeoutMs: number;
  readonly validateAfterIdleMs: number;
  readonly idleData: 'close' | 'keep';
  /** How old it may grow once it is open, in ms. */
  readonly lifetimeMs: number;
}

export type LinkPhase =
  'opening' | 'idle' | 'checking' | 'leased' | 'resetting' | 'closing' | 'closed';

const CLOSED_BY_USER: LinkEnd = { reason: { by: 'us', cause: 'other' }, error: undefined };

/**
 * One place in an exclusive pool, from the first attempt to dial to the end of the link:
 *
 *   opening ──▶ idle ◀──▶ checking
 *      │        │ ▲           │
 *      │        ▼ │ returned  │
 *      │      leased ──▶ resetting
 *      │        │             │
 *      └────────┴─────────────┴──▶ closing ──▶ closed
 *
 * What runs in `opening`, `checking` and `resetting` is the user's code, under a time limit, and is
 * aborted when the link is lost meanwhile. A link that is lost while it is leased gives up its place at
 * once: the lease is of no use any more, but its holder does not know yet.
 */
export class ExclusiveLink<Resource> implements LeasedLink<Resource> {
  readonly times: LinkTimes;
  readonly #options: ExclusiveLinkOptions<Resource>;
  readonly #owner: ExclusiveLinkOwner<Resource>;
  readonly #work: ResourceWork<Resource>;
  #phase: LinkPhase = 'opening';
  #stream: LinkStream | undefined;
  #resource: { readonly value: Resource } | undefined;
  #isEnded = false;
  #end: LinkEnd | undefined;

  constructor(options: ExclusiveLinkOptions<Resource>, owner: ExclusiveLinkOwner<Resource>) {
    this.#options = options;
    this.#owner = owner;
    this.#work = new ResourceWork(options);
    this.times = new LinkTimes({ ...options, startedAt: options.clock.now() });
  }

  get id(): number {
    return this.#options.id;
  }

  get address(): string {
    return this.#options.endpoint.address;
  }

  get phase(): LinkPhase {
    return this.#phase;
  }

  /** The stream below, once the link stands. */
  get stream(): LinkStream | undefined {
    return this.#stream;
  }

  get resource(): Resource {
    return this.#resource!.value;
  }

  get isBroken(): boolean {
    const stream = this.#stream;
    if (stream === undefined || this.#phase === 'closing' || this.#phase === 'closed') return true;
    return this.#isEnded || stream.destroyed || stream.writableEnded;
  }

  get traffic(): TrafficCounts {
    const { bytesRead = 0, bytesWritten = 0 } = this.#stream ?? {};
    return { bytesRead, bytesWritten, missedHeartbeats: 0 };
  }

  get connectMs(): number {
    return this.times.connectMs;
  }

  /** Since its last lease, in ms; 0 while it is in use. */
  idleMs(now: number): number {
    return this.#phase === 'idle' || this.#phase === 'checking' ? this.times.unusedMs(now) : 0;
  }

  /** It can be leased as it is, without being validated. */
  isFresh(now: number): boolean {
    return !this.#work.canValidate || this.times.isFresh(now);
  }

  start(): void {
    void this.#open();
  }

  /** It was idle. */
  lease(): void {
    this.#phase = 'leased';
  }

  /** The lease is over. @returns resolves when that is dealt with; never rejects */
  async takeBack(): Promise<void> {
    if (this.#phase !== 'leased') return;
    if (this.isBroken) this.close('other');
    else if (this.#work.canReset) await this.#reset();
    else this.#becomeIdle();
  }

  /** Validates it. Without `validate`, or while it is not idle, it does nothing. */
  check(): void {
    if (this.#phase === 'idle' && this.#work.canValidate) void this.#check();
  }

  /** Closes it after the user's good-bye; one that is being opened is given up. */
  close(cause: ActiveCloseCause, error?: Error): void {
    if (this.#phase === 'opening') this.#work.abort(givenUpError(this.address));
    else if (this.#phase !== 'closing' && this.#phase !== 'closed') {
      // A peer that has hung up ended it, whoever closes it last.
      const isPeers = this.#isEnded && error === undefined;
      const reason: CloseReason = isPeers ? { by: 'peer', cause: 'ended' } : { by: 'us', cause };
      this.#end = { reason, error };
      this.#phase = 'closing';
      this.#work.abort(lostLinkError(this.address, error));
      void this.#partAndDestroy();
    }
  }

  /** Closes it at once. */
  cut(cause: ActiveCloseCause): void {
    this.close(cause);
    this.#work.abort(lostLinkError(this.address, undefined));
    this.#stream?.destroy();
  }

  async #open(): Promise<void> {
    const { address } = this;
    const { clock, connectTimeoutMs } = this.#options;
    const lateError = (): Error =>
      lateOpeningError(address, connectTimeoutMs, this.#stream !== undefined);
    try {
      await this.#work.open((context) => this.#establish(context), lateError);
    } catch (error) {
      this.#phase = 'closed';
      void this.#partAndDestroy();
      this.#owner.onOpenFailed(this, openingError(address, error, this.#stream !== undefined));
      return;
    }
    this.#phase = 'idle';
    this.times.opened(clock.now());
    this.#owner.onOpened(this);
  }

  async #establish(context: ResourceContext): Promise<void> {
    const { dialer, resource } = this.#options;
    const link = await dialer.dial(context.signal);
    if (context.signal.aborted) {
      link.destroy();
      return;
    }
    this.#stream = new LinkStream(link, {
      onData: () => this.#onData(),
      onEnd: () => this.#onEnd(),
      onClose: (error) => this.#onClose(error),
    });
    this.#resource = { value: await resource.create(this.#stream, context) };
    // Made too late: nobody waits for it any more.
    if (context.signal.aborted) await this.#part();
  }

  async #check(): Promise<void> {
    this.#phase = 'checking';
    const startedAt = this.#options.clock.now();
    const outcome = await this.#work.validate(this.resource).catch(toError);
    if (!this.#isStill('checking')) return;
    this.times.checked(startedAt, this.#options.clock.now());
    if (outcome !== true || this.isBroken) {
      this.close('validation', outcome instanceof Error ? outcome : undefined);
      return;
    }
    this.#phase = 'idle';
    this.#owner.onIdle(this);
  }

  async #reset(): Promise<void> {
    this.#phase = 'resetting';
    const failure = await this.#work.reset(this.resource).catch(toError);
    if (!this.#isStill('resetting')) return;
    if (failure !== undefined || this.isBroken) this.close('validation', failure ?? undefined);
    else this.#becomeIdle();
  }

  /** Neither lost nor closed while the user's code ran. */
  #isStill(phase: LinkPhase): boolean {
    return this.#phase === phase;
  }

  #becomeIdle(): void {
    const stream = this.#stream!;
    const { clock, idleData } = this.#options;
    if (Object.is(this.resource, stream)) stream.handBack();
    // What was not read would be the next one's.
    if (stream.readableLength > 0 && idleData === 'close') {
      this.close('protocolError', unaskedError(this.address));
      return;
    }
    this.#phase = 'idle';
    this.times.used(clock.now());
    this.#owner.onReturned(this);
  }

  async #partAndDestroy(): Promise<void> {
    await this.#part();
    this.#stream?.destroy();
  }

  async #part(): Promise<void> {
    if (this.#resource !== undefined) await this.#work.part(this.resource);
  }

  #onData(): void {
    if (this.#phase === 'idle' && this.#options.idleData === 'close')
      this.close('protocolError', unaskedError(this.address));
  }

  #onEnd(): void {
    this.#isEnded = true;
    if (this.#phase === 'opening') this.#work.abort(lostLinkError(this.address, undefined));
    else if (this.#phase !== 'leased') this.close('other');
  }

  #onClose(error: Error | undefined): void {
    const phase = this.#phase;
    if (this.#stream?.destroyed === true && !this.#isEnded) this.#end ??= CLOSED_BY_USER;
    if (phase === 'opening') this.#work.abort(lostLinkError(this.address, error));
    if (phase === 'opening' || phase === 'closed') return;
    this.#phase = 'closed';
    if (phase !== 'closing') {
      this.#work.abort(lostLinkError(this.address, error));
      void this.#part();
    }
    this.#owner.onClosed(this, this.#end ?? { reason: closeReason(error), error });
  }
}

function toError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}
