import { SocketPoolError } from '../../errors/socket-pool-error.js';

/** What a lease needs of the link it is of. */
export interface LeasedLink<Resource> {
  readonly resource: Resource;
  readonly address: string;
  readonly id: number;
  /** It cannot be leased again: it was lost, or one of its two directions is closed. */
  readonly isBroken: boolean;
}

/** Who takes a link back. */
export interface LeaseOwner<Resource> {
  /** @returns resolves when it is with the pool again, or closed; never rejects */
  onReleased(lease: Lease<Resource>): Promise<void>;
  onDestroyed(lease: Lease<Resource>): void;
}

/**
 * One link, for one user, until it is returned:
 *
 *   held ──release──▶ ended (reset, and leased to the next)
 *     └───destroy───▶ ended (closed)
 *
 * ```ts
 * await using lease = await pool.acquire();
 * await lease.resource.ask({ order: 7 });
 * ```
 */
export class Lease<Resource> implements AsyncDisposable {
  readonly #link: LeasedLink<Resource>;
  readonly #owner: LeaseOwner<Resource>;
  #end: Promise<void> | undefined;

  /** @internal A pool makes it. */
  constructor(link: LeasedLink<Resource>, owner: LeaseOwner<Resource>) {
    this.#link = link;
    this.#owner = owner;
  }

  /**
   * The client object of this link, or its stream.
   *
   * @throws SocketPoolError `LEASE_ENDED` once it was returned: the link may be somebody else's
   */
  get resource(): Resource {
    if (this.#end === undefined) return this.#link.resource;
    const text = `the lease of a link to ${this.#link.address} has ended: it was released or destroyed`;
    throw new SocketPoolError('LEASE_ENDED', text);
  }

  /** The address of the endpoint. */
  get endpoint(): string {
    return this.#link.address;
  }

  /** As the events and the snapshot of the pool name it. */
  get connectionId(): number {
    return this.#link.id;
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  /** The link was lost, or cannot be used further; release it all the same. */
  get isBroken(): boolean {
    return this.#link.isBroken;
  }

  /**
   * Gives the link back. Idempotent; a lease that was destroyed stays so.
   *
   * @returns resolves when it was reset, or closed where that failed; never rejects
   */
  release(): Promise<void> {
    return (this.#end ??= this.#owner.onReleased(this));
  }

  /**
   * Closes the link, which nobody shall use any more: an answer is outstanding, its state is not known.
   * Idempotent; a lease that was released stays so.
   */
  destroy(): void {
    if (this.#end !== undefined) return;
    this.#end = Promise.resolve();
    this.#owner.onDestroyed(this);
  }

  /** What `await using` does at the end of the block: `release()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
