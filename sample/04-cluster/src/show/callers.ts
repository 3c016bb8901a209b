import type { SocketPoolClient, SocketPoolError } from 'nestjs-socket-pool';
import { Tally } from './tally.js';

const TURN_MS = 10;
/** After a stall of this process, calls are made up for at most so long. */
const CATCH_UP_MS = 100;
/** Every fifth call is a payment. */
const PAYMENTS = 5;

/** Callers who call at a steady rate, whether answers come or not. */
export class Callers {
  /** Since the last line of the report. */
  recent = new Tally();
  readonly quotes = new Tally();
  readonly payments = new Tally();
  private made = 0;
  private owed = 0;
  private since = performance.now();
  private readonly timer = setInterval(() => this.turn(), TURN_MS);
  private readonly open = new Set<Promise<void>>();

  constructor(
    private readonly client: SocketPoolClient,
    private readonly perSecond: number,
  ) {}

  /** No new calls; waits for those that were made. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
  }

  private turn(): void {
    const now = performance.now();
    this.owed += (Math.min(CATCH_UP_MS, now - this.since) * this.perSecond) / 1_000;
    this.since = now;
    for (; this.owed >= 1; this.owed--) {
      const call: Promise<void> = this.call(this.made++).finally(() => this.open.delete(call));
      this.open.add(call);
    }
  }

  private async call(id: number): Promise<void> {
    const isPayment = id % PAYMENTS === 0;
    const tally = isPayment ? this.payments : this.quotes;
    const startedAt = performance.now();
    try {
      const pattern = isPayment ? 'shop.pay' : 'shop.quote';
      const { by } = await this.client.request<{ by: string }>(pattern, { id });
      const ms = performance.now() - startedAt;
      for (const each of [tally, this.recent]) each.succeeded(by, ms);
    } catch (error) {
      for (const each of [tally, this.recent]) each.failed(error as SocketPoolError);
    }
  }
}
