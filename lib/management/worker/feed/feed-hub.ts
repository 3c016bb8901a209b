import type { ServerResponse } from 'node:http';
import type { WorkerClock } from '../worker-clock.js';

/** Pages that listen at once. */
const MAX_LISTENERS = 32;
/** A page that has left so much unread does not read any more. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const LOOK_INTERVAL_MS = 100;
const EVENT_INTERVAL_MS = 1_000;
/** After how long a browser connects again. */
const RETRY_MS = 2_000;

export interface FeedSource {
  /** Changes whenever there is something to be told at once. */
  signature(): string;
  /** What is told, as JSON. Must not reject. */
  next(): Promise<string>;
}

/**
 * Server-sent events: once a second, and at once when the state changes. Made once for all who listen, and not
 * at all when nobody does.
 */
export class FeedHub {
  private readonly listeners = new Set<ServerResponse>();
  private timer: { cancel(): void } | undefined;
  private last: { readonly at: number; readonly signature: string } | undefined;

  constructor(
    private readonly source: FeedSource,
    private readonly clock: WorkerClock,
  ) {}

  get isFull(): boolean {
    return this.listeners.size >= MAX_LISTENERS;
  }

  /** Takes the response over until the page goes away. */
  async add(response: ServerResponse): Promise<void> {
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    // Nginx would hold events back otherwise.
    response.setHeader('X-Accel-Buffering', 'no');
    response.writeHead(200);
    this.listeners.add(response);
    response.once('close', () => this.remove(response));
    this.timer ??= this.schedule();
    const first = await this.source.next();
    this.send(response, `retry: ${RETRY_MS}\n${eventOf(first)}`);
  }

  close(): void {
    this.timer?.cancel();
    this.timer = undefined;
    for (const response of this.listeners) response.destroy();
    this.listeners.clear();
  }

  private schedule(): { cancel(): void } {
    return this.clock.schedule(LOOK_INTERVAL_MS, () => void this.look());
  }

  private async look(): Promise<void> {
    const now = this.clock.now();
    const signature = this.source.signature();
    const isDue = this.last === undefined || now - this.last.at >= EVENT_INTERVAL_MS;
    if (isDue || signature !== this.last?.signature) {
      this.last = { at: now, signature };
      await this.tell();
    }
    if (this.timer !== undefined) this.timer = this.schedule();
  }

  private async tell(): Promise<void> {
    const event = eventOf(await this.source.next());
    for (const response of this.listeners) this.send(response, event);
  }

  private send(response: ServerResponse, text: string): void {
    if (!this.listeners.has(response)) return;
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    else response.write(text);
  }

  private remove(response: ServerResponse): void {
    this.listeners.delete(response);
    if (this.listeners.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }
}

function eventOf(json: string): string {
  return `data: ${json}\n\n`;
}
