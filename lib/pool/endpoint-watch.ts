import type { Clock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { messageOf } from '../errors/socket-pool-error.js';
import type { Discovery } from '../discovery/discovery.js';
import type { EndpointChange } from '../discovery/endpoint-set.js';
import { EndpointSet } from '../discovery/endpoint-set.js';
import type { DiscoverySnapshot } from '../metrics/snapshot.js';

export interface EndpointWatchListener {
  /** What changed since the last report; nothing, perhaps. */
  onEndpoints(change: EndpointChange): void;
  /** The endpoints could not be looked up; the last set stays good. */
  onError(error: Error): void;
}

/** Follows what discovery says, from `start` to `stop`, whatever discovery does before and after. */
export class EndpointWatch {
  readonly #discovery: Discovery;
  readonly #listener: EndpointWatchListener;
  readonly #endpoints = new EndpointSet();
  #state: 'idle' | 'asking' | 'answered' | 'stopped' = 'idle';
  #dispose: Disposer | undefined;
  readonly #clock: Clock;
  #answeredAt: number | undefined;
  #failure: { readonly message: string; readonly at: number } | undefined;

  constructor(discovery: Discovery, clock: Clock, listener: EndpointWatchListener) {
    this.#discovery = discovery;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Also when it was stopped before. */
  get isStarted(): boolean {
    return this.#state !== 'idle';
  }

  /** Discovery has not answered yet. */
  get isAsking(): boolean {
    return this.#state === 'asking';
  }

  /** As of `now` on the clock. */
  snapshot(now: number): DiscoverySnapshot {
    const failure = this.#failure;
    return {
      name: this.#discovery.name ?? 'unnamed',
      answeredAgoMs: this.#answeredAt === undefined ? undefined : now - this.#answeredAt,
      lastError: failure && {
        code: 'NO_ENDPOINT',
        message: failure.message,
        agoMs: now - failure.at,
      },
    };
  }

  start(): void {
    if (this.isStarted) return;
    this.#state = 'asking';
    const dispose = this.#watch();
    // Discovery may report at once, and whoever is told of it may stop the watch.
    if (this.#isStopped) dispose();
    else this.#dispose = dispose;
  }

  /** What was reported may be out of date. */
  refresh(): void {
    if (this.#state !== 'answered') return;
    try {
      this.#discovery.refresh?.();
    } catch (error) {
      this.#fail(error);
    }
  }

  stop(): void {
    this.#state = 'stopped';
    this.#dispose?.();
    this.#dispose = undefined;
  }

  get #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #watch(): Disposer {
    try {
      return this.#discovery.watch({
        onEndpoints: (endpoints) => {
          if (this.#isStopped) return;
          this.#state = 'answered';
          this.#answeredAt = this.#clock.now();
          this.#failure = undefined;
          this.#listener.onEndpoints(this.#endpoints.replace(endpoints));
        },
        onError: (error) => this.#fail(error),
      });
    } catch (error) {
      this.#fail(error);
      return () => {};
    }
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return;
    this.#state = 'answered';
    this.#failure = { message: messageOf(error), at: this.#clock.now() };
    this.#listener.onError(error instanceof Error ? error : new Error(messageOf(error)));
  }
}
