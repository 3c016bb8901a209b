import type { Disposer } from '../common/emitter.js';
import { messageOf } from '../errors/socket-pool-error.js';
import type { Discovery } from '../discovery/discovery.js';
import type { EndpointChange } from '../discovery/endpoint-set.js';
import { EndpointSet } from '../discovery/endpoint-set.js';

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

  constructor(discovery: Discovery, listener: EndpointWatchListener) {
    this.#discovery = discovery;
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
    this.#listener.onError(error instanceof Error ? error : new Error(messageOf(error)));
  }
}
