import { describe, expect, it } from 'vitest';
import type { CommandOutcome } from '../../../../../lib/management/worker/service/command-client.js';
import { PictureRefresh } from '../../../../../lib/management/worker/service/picture-refresh.js';
import { WatchedService } from '../../../../support/watched-service.js';

function refreshing() {
  const service = new WatchedService();
  const answers: ((outcome: CommandOutcome) => void)[] = [];
  const run = () => new Promise<CommandOutcome>((resolve) => answers.push(resolve));
  return { service, answers, refresh: new PictureRefresh({ run }, service.view) };
}

describe('a refresh of the picture', () => {
  it('is shared by all who ask at once', async () => {
    const { service, answers, refresh } = refreshing();
    const all = Promise.all([refresh.refresh(), refresh.refresh()]);
    const picture = service.picture();
    answers[0]!({ kind: 'done', value: picture });
    await all;
    expect(answers).toHaveLength(1);
    expect(service.view.picture).toBe(picture);
    void refresh.refresh();
    expect(answers).toHaveLength(2);
  });

  it('leaves the old one when there is none to be had', async () => {
    const { service, answers, refresh } = refreshing();
    const asked = refresh.refresh();
    answers[0]!({ kind: 'waiting', silentMs: 500 });
    await asked;
    expect(service.view.picture).toBeUndefined();
  });
});
