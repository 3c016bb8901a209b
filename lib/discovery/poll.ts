import type { Clock, Timer } from '../common/clock.js';
import type { Random } from '../common/random.js';
import { messageOf } from '../errors/socket-pool-error.js';
import { Backoff } from '../resilience/backoff.js';
import type { DiscoveryListener } from './discovery.js';
import type { Endpoint } from './endpoint.js';
import { createEndpoint } from './endpoint.js';
import type { EndpointsAnswer, LoadEndpoints, PollingOptions } from './polling-options.js';

export interface PollSource {
  /** For error messages. */
  readonly name: string;
  readonly load: LoadEndpoints;
  readonly options: PollingOptions;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 *   stopped ──start──▶ asking ──answer, failure, out of time──▶ waiting ──due, refresh──▶ asking
 *
 * `stop` leads back to stopped from everywhere.
 */
type PollState =
  | { readonly name: 'stopped' }
  | { readonly name: 'asking'; readonly controller: AbortController; readonly timer: Timer }
  | { readonly name: 'waiting'; readonly dueAt: number; readonly timer: Timer };

/** Asks one source again and again, one question at a time, and tells one listener what it says. */
export class Poll {
  readonly #source: PollSource;
  readonly #listener: DiscoveryListener;
  readonly #backoff: Backoff;
  #state: PollState = { name: 'stopped' };
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(source: PollSource, listener: DiscoveryListener) {
    this.#source = source;
    this.#listener = listener;
    const { minIntervalMs: initialMs, intervalMs: maxMs } = source.options;
    this.#backoff = new Backoff(source.random, { initialMs, maxMs });
  }

  start(): void {
    if (this.#state.name === 'stopped') this.#ask();
  }

  /** Asks as soon as it may; a question that is on its way is soon enough. */
  refresh(): void {
    const state = this.#state;
    if (state.name !== 'waiting') return;
    const { clock, random, options } = this.#source;
    const { minIntervalMs, jitterRatio } = options;
    const now = clock.now();
    // All clients of an instance that died want to know at once.
    const spreadMs = random() * jitterRatio * minIntervalMs;
    const waitMs = Math.max(0, this.#askedAt + minIntervalMs - now) + spreadMs;
    if (now + waitMs < state.dueAt) this.#wait(waitMs);
  }

  stop(): void {
    this.#leave();
    this.#state = { name: 'stopped' };
  }

  #ask(): void {
    this.#leave();
    const { clock, load, options } = this.#source;
    const controller = new AbortController();
    const timer = clock.schedule(options.timeoutMs, () => this.#onTimeout());
    const asking: PollState = { name: 'asking', controller, timer };
    this.#state = asking;
    this.#askedAt = clock.now();
    const settle = (act: () => void): void => {
      if (this.#state === asking) act();
    };
    endpointsOf(load, controller.signal).then(
      (answer) => settle(() => this.#onAnswer(answer)),
      (error: unknown) => settle(() => this.#onFailure(error)),
    );
  }

  #onAnswer({ endpoints, validForMs, emptyReason }: Answer): void {
    const { name, options, random } = this.#source;
    if (endpoints.length === 0 && options.whenEmpty === 'keep') {
      this.#onFailure(emptyReason ?? new Error(`${name} names no endpoint`));
      return;
    }
    this.#backoff.reset();
    const { minIntervalMs, intervalMs, jitterRatio } = options;
    const goodForMs = Math.max(minIntervalMs, Math.min(validForMs ?? intervalMs, intervalMs));
    this.#wait(Math.max(minIntervalMs, goodForMs * (1 - random() * jitterRatio)));
    this.#listener.onEndpoints(endpoints);
  }

  #onFailure(cause: unknown): void {
    // With a jitter of up to as much again the last wait could be twice the interval.
    this.#wait(Math.min(this.#backoff.next(), this.#source.options.intervalMs));
    this.#listener.onError(cause instanceof Error ? cause : new Error(messageOf(cause)));
  }

  #onTimeout(): void {
    const { name, options } = this.#source;
    this.#onFailure(new Error(`${name} did not answer within ${options.timeoutMs} ms`));
  }

  #wait(delayMs: number): void {
    this.#leave();
    const { clock } = this.#source;
    const timer = clock.schedule(delayMs, () => this.#ask());
    this.#state = { name: 'waiting', dueAt: clock.now() + delayMs, timer };
  }

  #leave(): void {
    const state = this.#state;
    if (state.name === 'stopped') return;
    state.timer.cancel();
    if (state.name === 'asking') state.controller.abort();
  }
}

interface Answer extends EndpointsAnswer {
  readonly endpoints: readonly Endpoint[];
}

/** Rejects, and never throws, whatever the source does. */
async function endpointsOf(load: LoadEndpoints, signal: AbortSignal): Promise<Answer> {
  const given = await load(signal);
  const answer: EndpointsAnswer = isList(given) ? { endpoints: given } : given;
  const endpoints = answer.endpoints.map((each) => createEndpoint(each));
  return { ...answer, endpoints };
}

function isList(given: unknown): given is EndpointsAnswer['endpoints'] {
  return Array.isArray(given);
}
