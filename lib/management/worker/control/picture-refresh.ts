import { Inject, Injectable } from '@nestjs/common';
import type { ServicePicture } from '../../management.contract.js';
import { CommandClient } from '../service/command-client.js';
import { ServiceView } from '../service/service-view.js';

const REFRESH_LIMIT_MS = 500;

/** Asks for a new picture after a change, so that whoever made it sees it in the next answer. */
@Injectable()
export class PictureRefresh {
  constructor(
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(ServiceView) private readonly view: ServiceView,
  ) {}

  async refresh(): Promise<void> {
    const outcome = await this.commands.run({ kind: 'picture' }, REFRESH_LIMIT_MS);
    if (outcome.kind === 'done') this.view.accept(outcome.value as ServicePicture);
  }
}
