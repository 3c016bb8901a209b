/**
 * A conversation with the debugger's side of the service's thread, held from the management thread. The
 * service's thread answers by interrupt, also from within an endless loop, but not from native code: so
 * every question has a time limit. Closing undoes everything, a pause included.
 */
import type { WorkerClock } from '../worker-clock.js';
import { DiagnosticsError } from './diagnostics-error.js';

/** What of `inspector.Session` is used. */
export interface InspectorChannel {
  connectToMainThread(): void;
  post(method: string, params: object, callback: InspectorCallback): void;
  on(event: string, listener: (message: { params: unknown }) => void): unknown;
  disconnect(): void;
}

export type InspectorCallback = (error: unknown, result?: unknown) => void;
export type ChannelFactory = () => Promise<InspectorChannel>;

/** Loads the inspector on first use: a process that never diagnoses does without, and Node may lack it. */
export async function openInspectorChannel(): Promise<InspectorChannel> {
  const { Session } = await import('node:inspector');
  return new Session() as unknown as InspectorChannel;
}

export class MainThreadSession {
  private isOpen = true;

  private constructor(
    private readonly channel: InspectorChannel,
    private readonly clock: WorkerClock,
  ) {}

  /** Fails as `unavailable`. */
  static async open(
    clock: WorkerClock,
    openChannel: ChannelFactory = openInspectorChannel,
  ): Promise<MainThreadSession> {
    try {
      const channel = await openChannel();
      channel.connectToMainThread();
      return new MainThreadSession(channel, clock);
    } catch (cause) {
      const text = `the inspector of the service's thread cannot be reached: ${messageOf(cause)}`;
      throw new DiagnosticsError('unavailable', text, { cause });
    }
  }

  /** Sends a command without waiting for its answer. */
  send(method: string): void {
    try {
      if (this.isOpen) this.channel.post(method, {}, () => {});
    } catch {
      // The session ended meanwhile, and with it what was to be said.
    }
  }

  /** Sends a command; fails as `timeout` when there is no answer in time, as `unavailable` when it is refused. */
  request<Result>(method: string, limitMs: number, params: object = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      const expire = () => reject(silence(method, limitMs));
      // Keeps the thread alive: an inspector session does not, and the answer would never arrive.
      const limit = this.clock.schedule(limitMs, expire, true);
      try {
        this.channel.post(method, params, (error, result) => {
          limit.cancel();
          if (error == null) resolve(result as Result);
          else reject(refusal(method, error));
        });
      } catch (error) {
        limit.cancel();
        reject(refusal(method, error));
      }
    });
  }

  on(event: string, listener: (params: unknown) => void): void {
    this.channel.on(event, ({ params }) => listener(params));
  }

  /** Idempotent. The service's thread goes on, if it was this session that paused it. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    try {
      this.channel.disconnect();
    } catch {
      // Was disconnected already.
    }
  }
}

function silence(method: string, limitMs: number): DiagnosticsError {
  return new DiagnosticsError(
    'timeout',
    `the service's thread did not answer ${method} within ${limitMs} ms: it runs no JavaScript`,
  );
}

function refusal(method: string, cause: unknown): DiagnosticsError {
  return new DiagnosticsError('unavailable', `${method} failed: ${messageOf(cause)}`, { cause });
}

function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : String(error);
}
