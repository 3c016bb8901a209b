import type { Clock, Timer } from '../common/clock.js';
import type { Dispatcher } from './dispatcher.js';
import type { EndpointPools } from './endpoint-pools.js';
import { closedError, cutError } from './pool-errors.js';

/** How long closing waits for the peers' FINs, in ms. */
const LINGER_MS = 1_500;

export interface ShutdownDependencies {
  /** The name of the pool, for the errors of calls that are not done in time. */
  readonly pool: string;
  readonly clock: Clock;
  readonly dispatcher: Pick<Dispatcher, 'close' | 'whenIdle' | 'abandon' | 'stop'>;
  readonly endpoints: Pick<EndpointPools, 'drain' | 'destroy' | 'connections'>;
  readonly onBegun: () => void;
  readonly onDone: () => void;
}

/**
 * The end of a pool:
 *
 *   open ──begin──▶ settling ──last call settled──▶ closing ──last link closed──▶ done
 *                      │                               │                            ▲
 *                      └───── time up, cut ────────────┴──▶ cutting ────────────────┘
 *
 * While it settles, everything goes on but for new calls: those that wait still get connections, and
 * what was refused unrun is still sent elsewhere.
 */
export class Shutdown {
  readonly #dependencies: ShutdownDependencies;
  #state: 'open' | 'settling' | 'closing' | 'cutting' | 'done' = 'open';
  #timer: Timer | undefined;

  constructor(dependencies: ShutdownDependencies) {
    this.#dependencies = dependencies;
  }

  get isBegun(): boolean {
    return this.#state !== 'open';
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Idempotent. @param timeoutMs how long calls may take to finish */
  begin(timeoutMs: number): void {
    if (this.isBegun) return;
    this.#state = 'settling';
    const { clock, dispatcher, onBegun } = this.#dependencies;
    dispatcher.close();
    this.#timer = clock.schedule(timeoutMs, () => this.cut(), true);
    onBegun();
    dispatcher.whenIdle(() => this.#closeConnections());
  }

  /** No more time for anybody: closes everything now. */
  cut(): void {
    if (!this.isBegun || this.#state === 'cutting' || this.isDone) return;
    this.#enter('cutting', () => this.#finish());
    const { pool, dispatcher, endpoints } = this.#dependencies;
    dispatcher.abandon(closedError(pool));
    endpoints.destroy('shutdown', cutError(pool));
    this.noteConnections();
  }

  /** To be called when a connection is gone. */
  noteConnections(): void {
    const isWaiting = this.#state === 'closing' || this.#state === 'cutting';
    if (isWaiting && this.#dependencies.endpoints.connections === 0) this.#finish();
  }

  #closeConnections(): void {
    if (this.#state !== 'settling') return;
    this.#enter('closing', () => this.cut());
    this.#dependencies.endpoints.drain('shutdown');
    this.noteConnections();
  }

  #finish(): void {
    if (this.isDone) return;
    this.#state = 'done';
    this.#timer?.cancel();
    this.#dependencies.dispatcher.stop();
    this.#dependencies.onDone();
  }

  #enter(state: 'closing' | 'cutting', onLate: () => void): void {
    this.#state = state;
    this.#timer?.cancel();
    this.#timer = this.#dependencies.clock.schedule(LINGER_MS, onLate, true);
  }
}
