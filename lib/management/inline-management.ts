import type { ManagementPartner, ManagementThreadOwner } from './management-thread.js';
import type { ThreadSetup, ToManagement, ToService } from './management.contract.js';

/** What `worker/inline.ts` exports; nothing on this side imports the folder, so that nothing of it is loaded unasked. */
interface InlineEntry {
  readonly startInlineManagement: (
    setup: ThreadSetup,
    receive: (message: ToService) => void,
  ) => Promise<RunningInline>;
}

interface RunningInline {
  readonly address: string;
  post(message: ToManagement): void;
  close(): Promise<void>;
}

/** The management application in the service's own thread: stuck whenever the service is, and it says so. */
export class InlineManagement implements ManagementPartner {
  private running: RunningInline | undefined;

  constructor(
    private readonly setup: ThreadSetup,
    private readonly owner: Pick<ManagementThreadOwner, 'onMessage' | 'onReady'>,
  ) {}

  async start(): Promise<string> {
    const entry = new URL('./worker/inline.js', import.meta.url).href;
    const { startInlineManagement } = (await import(entry)) as InlineEntry;
    this.running = await startInlineManagement(this.setup, (message) =>
      this.owner.onMessage(message),
    );
    this.owner.onReady(this.running.address);
    return this.running.address;
  }

  post(message: ToManagement): void {
    this.running?.post(message);
  }

  async close(): Promise<void> {
    await this.running?.close();
    this.running = undefined;
  }
}
