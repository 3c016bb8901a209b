import type { SocketPool } from 'nestjs-socket-pool';
import { SocketPoolClient } from 'nestjs-socket-pool';

/** Callers that go on calling, and count what they see. */
export class Callers {
  readonly client: SocketPoolClient;
  calls = 0;
  failures = 0;
  private isRunning = true;
  private readonly done: Promise<unknown>;

  constructor(endpoints: readonly string[], callers = 8) {
    this.client = new SocketPoolClient({ name: 'reports', endpoints, deadlineMs: 10_000 });
    this.done = Promise.all(Array.from({ length: callers }, () => this.call()));
  }

  get pool(): SocketPool {
    return this.client.pool;
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await this.done;
    await this.client.close();
  }

  private async call(): Promise<void> {
    while (this.isRunning) {
      await this.client.request<number>('reports.total', [1, 2, 3]).catch(() => this.failures++);
      this.calls++;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
