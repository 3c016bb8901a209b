import type { Endpoint } from '../../discovery/endpoint.js';
import type { LinkStream } from '../../link/link-stream.js';

export type { LinkStream } from '../../link/link-stream.js';

/** What a function of a {@link LinkResource} is called with, beside its subject. */
export interface ResourceContext {
  /** Aborted when the time for it is up, or its link is gone. */
  readonly signal: AbortSignal;
  readonly endpoint: Endpoint;
}

/**
 * What a pool makes of a link and how it is looked after: here the protocol comes in, which the pool
 * knows nothing of. All but `create` may be left out. Each may return a promise and has a time limit.
 */
export interface LinkResource<Resource> {
  /**
   * Makes the client object for a link that has just been opened. A greeting or a login belongs here:
   * its time counts towards `connectTimeoutMs`. What it throws is a failed attempt to connect.
   */
  create(link: LinkStream, context: ResourceContext): Resource | Promise<Resource>;

  /** Whether it can still be used. `false`, an error and no answer in time all close the link. */
  validate?(resource: Resource, context: ResourceContext): boolean | Promise<boolean>;

  /** Makes it as good as new when a lease is released: ends transactions, forgets settings. An error closes the link. */
  reset?(resource: Resource, context: ResourceContext): void | Promise<void>;

  /** Says good-bye before the link is closed, or cleans up after it was lost. Its errors are ignored. */
  destroy?(resource: Resource, context: ResourceContext): void | Promise<void>;
}

/** Without a resource of the user's own, what is leased is the stream itself. */
export const rawStream: LinkResource<LinkStream> = { create: (link) => link };
