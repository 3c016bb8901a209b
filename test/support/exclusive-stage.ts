import { seededRandom } from '../../lib/common/random.js';
import type { LinkStream } from '../../lib/link/link-stream.js';
import type { EndpointSnapshot, LeaseCounts, PoolSnapshot } from '../../lib/metrics/snapshot.js';
import { createExclusivePool } from '../../lib/pool/exclusive/create-exclusive-pool.js';
import type { ExclusivePoolEvents } from '../../lib/pool/exclusive/exclusive-events.js';
import type { ExclusivePoolOptionsInput } from '../../lib/pool/exclusive/exclusive-options.js';
import type { ExclusivePool } from '../../lib/pool/exclusive/exclusive-pool.js';
import type { Lease } from '../../lib/pool/exclusive/lease.js';
import type { LinkResource } from '../../lib/pool/exclusive/link-resource.js';
import { ManualClock } from './manual-clock.js';
import type { MemoryLinkPair } from './memory-link-pair.js';
import { MemoryNetwork } from './memory-network.js';

/** What the pool of a stage leases: a number for each link, and its stream. */
export interface Session {
  readonly number: number;
  readonly stream: LinkStream;
}

/** The resource of a stage, with a record of what the pool did with it and knobs for what it answers. */
export class SessionResource implements LinkResource<Session> {
  readonly calls: string[] = [];
  created = 0;
  onCreate: () => void | Promise<void> = () => undefined;
  onValidate: (session: Session, signal: AbortSignal) => boolean | Promise<boolean> = () => true;
  onReset: (session: Session) => void | Promise<void> = () => undefined;
  onDestroy: () => void | Promise<void> = () => undefined;

  async create(stream: LinkStream): Promise<Session> {
    const number = ++this.created;
    await this.onCreate();
    return { number, stream };
  }

  validate(session: Session, { signal }: { signal: AbortSignal }): boolean | Promise<boolean> {
    this.calls.push(`validate ${session.number}`);
    return this.onValidate(session, signal);
  }

  reset(session: Session): void | Promise<void> {
    this.calls.push(`reset ${session.number}`);
    return this.onReset(session);
  }

  destroy(session: Session): void | Promise<void> {
    this.calls.push(`destroy ${session.number}`);
    return this.onDestroy();
  }
}

export interface ExclusiveStageOptions {
  /** Addresses that somebody listens at. Default: `tcp://a:1`. */
  readonly services?: readonly string[];
  /** Default: a {@link SessionResource}. */
  readonly resource?: LinkResource<Session>;
}

/** An exclusive pool on a manual clock, with services in memory that take links and say nothing. */
export class ExclusiveStage {
  readonly clock = new ManualClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly resource = new SessionResource();
  readonly pool: ExclusivePool<Session>;
  readonly events: { name: string; payload: ExclusivePoolEvents[keyof ExclusivePoolEvents] }[] = [];

  constructor(
    input: ExclusivePoolOptionsInput<Session> = {},
    { services = ['tcp://a:1'], resource = this.resource }: ExclusiveStageOptions = {},
  ) {
    for (const address of services) {
      // A link that nobody starts would never notice that its peer has gone.
      const handler = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };
      void this.network
        .listener(address)
        .listen({ onLink: (link) => link.start(handler), onError() {} });
    }
    const endpoints = input.discovery === undefined ? services : undefined;
    this.pool = createExclusivePool<Session>(
      { name: 'legacy', endpoints, resource, ...input },
      {
        clock: this.clock,
        random: seededRandom(7),
        makeDialer: ({ address }) => this.network.dialer(address),
      },
    );
    for (const name of [
      'leaseLeaked',
      'connectionClosed',
      'connectFailed',
      'stateChanged',
    ] as const)
      this.pool.on(name, (payload) => this.events.push({ name, payload }));
  }

  get snapshot(): PoolSnapshot {
    return this.pool.snapshot();
  }

  get leases(): LeaseCounts {
    return this.snapshot.leases!;
  }

  endpoint(index = 0): EndpointSnapshot {
    return this.snapshot.endpoints[index]!;
  }

  /** Links that are open at this end. */
  get openPairs(): MemoryLinkPair[] {
    return this.network.pairs.filter((pair) => !pair.client.isClosed);
  }

  /** The payloads of an event so far. */
  payloads<Name extends keyof ExclusivePoolEvents>(name: Name): ExclusivePoolEvents[Name][] {
    return this.events
      .filter((event) => event.name === name)
      .map(({ payload }) => payload as ExclusivePoolEvents[Name]);
  }

  /** Lets everything happen that needs no time, streams included: they wait for the process's ticks. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      await this.clock.settle();
      await new Promise((resolve) => process.nextTick(resolve));
    }
  }

  async advance(ms: number): Promise<void> {
    await this.settle();
    await this.clock.advanceAsync(ms);
    await this.settle();
  }

  /** A lease that is there without waiting for time to pass. */
  async lease(): Promise<Lease<Session>> {
    const lease = this.pool.acquire();
    await this.settle();
    return lease;
  }

  async leaseMany(count: number): Promise<Lease<Session>[]> {
    const leases: Lease<Session>[] = [];
    for (let each = 0; each < count; each++) leases.push(await this.lease());
    return leases;
  }

  /** The code of the error that something fails with, or `none`. */
  async fate(promise: Promise<unknown>): Promise<string> {
    return promise.then(
      () => 'none',
      (error: { code?: string }) => error.code ?? 'another',
    );
  }
}
