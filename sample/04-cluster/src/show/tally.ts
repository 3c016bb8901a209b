import type { SocketPoolError } from 'nestjs-socket-pool';

/** What became of calls. */
export class Tally {
  readonly byInstance = new Map<string, number>();
  readonly failures = new Map<string, number>();
  private readonly latencies: number[] = [];

  succeeded(instance: string, ms: number): void {
    this.byInstance.set(instance, (this.byInstance.get(instance) ?? 0) + 1);
    this.latencies.push(ms);
  }

  failed({ code, processed }: SocketPoolError): void {
    const label = `${code} ${processed}`;
    this.failures.set(label, (this.failures.get(label) ?? 0) + 1);
  }

  get successes(): number {
    return this.latencies.length;
  }

  get failureCount(): number {
    return [...this.failures.values()].reduce((sum, each) => sum + each, 0);
  }

  get p99Ms(): number {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
  }

  /** In percent, of the calls that were answered. */
  shareOf(instance: string): number {
    return this.successes === 0 ? 0 : (100 * (this.byInstance.get(instance) ?? 0)) / this.successes;
  }

  /** `none`, or `3 CONNECTION_LOST maybe`. */
  get failureText(): string {
    const each = [...this.failures].map(([label, count]) => `${count} ${label}`);
    return each.length === 0 ? 'none' : each.join(', ');
  }
}
