import type { ManagementCommand, ToManagement } from '../../management.contract.js';
import type { ServiceLink } from './service-link.js';
import type { ServiceLoop } from './service-loop.js';

/** How long a service whose loop turns may take for a command, in ms. */
const COMMAND_LIMIT_MS = 2_000;
/** Commands that were sent and not answered, beyond which no more are sent. */
const MAX_UNANSWERED = 100;

type Answer = ToManagement & { type: 'answer' };

/**
 * What became of a command. `waiting`: it was sent, and is carried out when the service's loop goes on.
 * `full`: it was not sent, because too many wait already.
 */
export type CommandOutcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'waiting'; readonly silentMs: number }
  | { readonly kind: 'full' };

/** Asks the service to do something, and never waits longer than makes sense. */
export class CommandClient {
  private readonly unanswered = new Map<number, (answer: Answer) => void>();
  private lastId = 0;

  constructor(
    private readonly link: ServiceLink,
    private readonly loop: ServiceLoop,
  ) {}

  async run(command: ManagementCommand, limitMs = COMMAND_LIMIT_MS): Promise<CommandOutcome> {
    if (this.unanswered.size >= MAX_UNANSWERED) return { kind: 'full' };
    const outcome = await this.loop.waitFor(this.send(command), limitMs);
    if (outcome.kind !== 'done') return { kind: 'waiting', silentMs: this.loop.silentMs };
    const answer = outcome.value;
    if (answer.ok) return { kind: 'done', value: answer.value };
    return { kind: 'refused', code: answer.code, message: answer.message };
  }

  receive(answer: Answer): void {
    const settle = this.unanswered.get(answer.id);
    this.unanswered.delete(answer.id);
    settle?.(answer);
  }

  private send(command: ManagementCommand): Promise<Answer> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      this.unanswered.set(id, resolve);
      this.link.post({ type: 'command', id, command });
    });
  }
}
