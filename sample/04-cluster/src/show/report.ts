import type { EndpointSnapshot } from 'nestjs-socket-pool';
import type { Cluster } from '../cluster.js';
import type { Callers } from './callers.js';
import { Tally } from './tally.js';

const STATE_WIDTH = 'connecting'.length;

/** Prints what the callers saw, a line each time. */
export class Report {
  private readonly startedAt = performance.now();
  private since = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly cluster: Cluster,
    private readonly callers: Callers,
    everyMs: number,
  ) {
    this.timer = setInterval(() => this.line(), everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** What is done now, between the lines. */
  say(what: string): void {
    console.log(`\n${this.seconds()}  ${what}`);
  }

  private line(): void {
    const now = performance.now();
    const { recent } = this.callers;
    const rate = Math.round((recent.successes * 1_000) / (now - this.since));
    this.callers.recent = new Tally();
    this.since = now;
    const p99 = `${recent.p99Ms.toFixed(0)} ms`;
    console.log(
      `${this.seconds()}  ${String(rate).padStart(5)}/s  p99 ${p99.padStart(7)}  ${this.shares(recent)}  failed: ${recent.failureText}`,
    );
  }

  private seconds(): string {
    return `${((performance.now() - this.startedAt) / 1_000).toFixed(1).padStart(5)} s`;
  }

  private shares(recent: Tally): string {
    const { endpoints } = this.cluster.client.pool.snapshot();
    const each = this.cluster.instances.map(({ name, address }) => {
      const endpoint = endpoints.find((known) => known.address === address);
      const share = `${recent.shareOf(name).toFixed(0)} %`;
      return `${name} ${share.padStart(4)} ${stateOf(endpoint)}`;
    });
    return each.join(' | ');
  }
}

/** In a word, always of the same width. */
function stateOf(endpoint: EndpointSnapshot | undefined): string {
  return wordOf(endpoint).padEnd(STATE_WIDTH);
}

function wordOf(endpoint: EndpointSnapshot | undefined): string {
  if (endpoint === undefined) return 'gone';
  const { state, isBusy, ejection } = endpoint;
  if (state !== 'ready') return state;
  if (ejection.state !== 'none') return ejection.state;
  return isBusy ? 'busy' : 'ready';
}
