import type { ServicePicture } from '../../management.contract.js';
import type { CommandClient } from './command-client.js';
import type { ServiceView } from './service-view.js';

const REFRESH_LIMIT_MS = 500;

/** Asks for a new picture where the next regular one would come too late. All who ask at once share it. */
export class PictureRefresh {
  private running: Promise<void> | undefined;

  constructor(
    private readonly commands: Pick<CommandClient, 'run'>,
    private readonly view: ServiceView,
  ) {}

  /** Done when the picture is there, or it is clear that it does not come soon. */
  refresh(): Promise<void> {
    this.running ??= this.fetch().finally(() => (this.running = undefined));
    return this.running;
  }

  private async fetch(): Promise<void> {
    const outcome = await this.commands.run({ kind: 'picture' }, REFRESH_LIMIT_MS);
    if (outcome.kind === 'done') this.view.accept(outcome.value as ServicePicture);
  }
}
