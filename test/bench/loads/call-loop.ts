import { setTimeout as wait } from 'node:timers/promises';
import { LatencySamples } from '../latency-samples.js';
import type { CallObserver } from '../peers/peer.js';
import { percentile } from '../statistics.js';
import type { Load, LoadCount } from './load.js';

/** Issues one call whose outcome goes to the observer. */
export type IssueCall = (observer: CallObserver) => void;

export interface CallLoopOptions {
  issue: IssueCall;
  inFlight: number;
  /** Values that every call must bring; a call that brings another number fails the load. */
  valuesPerCall: number;
}

/** A closed loop: a fixed number of callers, each of which calls again as soon as it was answered. */
export class CallLoop implements Load {
  failure: Error | undefined;
  isRunning = false;
  inFlight = 0;
  valuesReceived = 0;
  readonly issue: IssueCall;
  readonly valuesPerCall: number;
  readonly latencies = new LatencySamples();
  readonly #callers: Caller[];

  constructor(options: CallLoopOptions) {
    this.issue = options.issue;
    this.valuesPerCall = options.valuesPerCall;
    this.#callers = Array.from({ length: options.inFlight }, () => new Caller(this));
  }

  start(): void {
    this.isRunning = true;
    for (const caller of this.#callers) {
      caller.begin();
    }
  }

  openWindow(): void {
    this.latencies.clear();
    this.valuesReceived = 0;
  }

  closeWindow(): LoadCount {
    const completed = this.valuesReceived;
    const sorted = this.latencies.sorted();
    return {
      completed,
      latency: { p50Us: percentile(sorted, 50) * 1000, p99Us: percentile(sorted, 99) * 1000 },
    };
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    while (this.inFlight > 0) {
      await wait(1);
    }
  }

  fail(error: unknown): void {
    this.failure ??=
      error instanceof Error ? error : new Error(`a call failed with ${JSON.stringify(error)}`);
    this.isRunning = false;
  }
}

/** One caller of the loop, used again for every call, so that the loop adds as little as possible to what it measures. */
class Caller implements CallObserver {
  private startedAt = 0;
  private values = 0;

  constructor(private readonly loop: CallLoop) {}

  begin(): void {
    this.loop.inFlight += 1;
    this.call(performance.now());
  }

  next(): void {
    this.values += 1;
    this.loop.valuesReceived += 1;
  }

  error(error: unknown): void {
    this.loop.inFlight -= 1;
    this.loop.fail(error);
  }

  complete(): void {
    const now = performance.now();
    this.loop.latencies.add(now - this.startedAt);
    if (this.values !== this.loop.valuesPerCall) {
      this.error(
        new Error(`a call brought ${this.values} values instead of ${this.loop.valuesPerCall}`),
      );
    } else if (this.loop.isRunning) {
      this.call(now);
    } else {
      this.loop.inFlight -= 1;
    }
  }

  private call(now: number): void {
    this.startedAt = now;
    this.values = 0;
    this.loop.issue(this);
  }
}
