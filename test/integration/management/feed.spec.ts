import { Logger } from '@nestjs/common';
import { get } from 'node:http';
import { once } from 'node:events';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Availability } from '../../../lib/management/management.contract.js';
import type { FeedPicture } from '../../../lib/management/worker/page/feed-picture.js';
import { ACT, InlineManagement } from '../../support/inline-management.js';
import { poolSnapshot } from '../../support/snapshots.js';
import { until } from '../../support/until.js';

beforeAll(() => Logger.overrideLogger(false));

async function listen(management: InlineManagement) {
  const request = get(`${management.address}/feed`, {
    headers: { authorization: `Bearer ${ACT}` },
  });
  const [response] = await once(request, 'response');
  onTestFinished(() => void request.destroy());
  let text = '';
  response.on('data', (chunk: Buffer) => (text += chunk.toString()));
  response.on('error', () => undefined);
  const events = (): FeedPicture[] =>
    [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as FeedPicture);
  return { response, events };
}

describe('the feed', () => {
  it('tells pages once a second, and at once when something changes', async () => {
    const management = await InlineManagement.start({ token: ACT });
    management.show({ pools: [poolSnapshot()] });
    const { response, events } = await listen(management);
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await until(() => events().length > 0, 'the first event');
    expect(events()[0]).toMatchObject({
      service: { availability: 'online', isolation: 'inline' },
      isLive: true,
      isReady: true,
      reasons: [],
      picture: { pools: [{ name: 'orders' }] },
    });
    management.beat();
    management.service.cells.wish(Availability.Offline);
    const isOffline = () => events().some(({ service }) => service.availability === 'offline');
    await until(isOffline, 'the event of the change', 500);
    const last = events().at(-1)!;
    expect(last.isReady).toBe(false);
    expect(last.reasons).toContain('lifecycle: the service was taken offline');
    const before = events().length;
    await until(() => events().length >= before + 2, 'two more seconds');
  });

  it('needs the token', async () => {
    const management = await InlineManagement.start({ token: ACT });
    expect((await management.ask('/feed')).status).toBe(401);
  });

  it('ends with the application', async () => {
    const management = await InlineManagement.start({ token: ACT });
    const { response } = await listen(management);
    const closed = new Promise((resolve) => response.once('close', resolve));
    await management.close();
    await closed;
  });

  it('answers a HEAD without listening', async () => {
    const management = await InlineManagement.start({ token: ACT });
    const { status, text } = await management.ask('/feed', { method: 'HEAD', token: ACT });
    expect([status, text]).toEqual([200, '']);
  });
});
