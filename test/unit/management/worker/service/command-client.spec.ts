import { describe, expect, it } from 'vitest';
import type { ToService } from '../../../../../lib/management/management.contract.js';
import { CommandClient } from '../../../../../lib/management/worker/service/command-client.js';
import { WatchedService } from '../../../../support/watched-service.js';

function client() {
  const service = new WatchedService();
  const posted: ToService[] = [];
  const commands = new CommandClient({ post: (message) => posted.push(message) }, service.loop);
  const answer = (id: number, value: unknown) =>
    commands.receive({ type: 'answer', id, ok: true, value });
  return { service, posted, commands, answer };
}

describe('a command', () => {
  it('is answered by the service', async () => {
    const { commands, posted, answer } = client();
    const outcome = commands.run({ kind: 'picture' });
    expect(posted).toEqual([{ type: 'command', id: 1, command: { kind: 'picture' } }]);
    answer(1, 'a picture');
    await expect(outcome).resolves.toEqual({ kind: 'done', value: 'a picture' });
  });

  it('may be refused', async () => {
    const { commands } = client();
    const outcome = commands.run({ kind: 'picture' });
    commands.receive({ type: 'answer', id: 1, ok: false, code: 'NO_ENDPOINT', message: 'none' });
    const refusal = { kind: 'refused', code: 'NO_ENDPOINT', message: 'none' };
    await expect(outcome).resolves.toEqual(refusal);
  });

  it('waits for a loop that stands still, and does not make its asker wait', async () => {
    const { commands, service, answer } = client();
    await service.pass(1_000);
    const outcome = commands.run({ kind: 'picture' });
    await service.pass(20);
    await expect(outcome).resolves.toEqual({ kind: 'waiting', silentMs: 1_010 });
    answer(1, 'much later');
  });

  it('is not sent when a hundred wait already', async () => {
    const { commands, service, posted, answer } = client();
    await service.pass(1_000);
    for (let i = 0; i < 100; i++) void commands.run({ kind: 'picture' });
    await expect(commands.run({ kind: 'picture' })).resolves.toEqual({ kind: 'full' });
    expect(posted).toHaveLength(100);
    answer(1, 'done');
    void commands.run({ kind: 'picture' });
    expect(posted).toHaveLength(101);
    await service.pass(20);
  });

  it('has an answer that nobody waits for ignored', () => {
    const { answer } = client();
    expect(() => answer(77, 'what')).not.toThrow();
  });
});
