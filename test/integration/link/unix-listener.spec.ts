import {
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { UnixDialer } from '../../../lib/link/unix-dialer.js';
import { UnixListener } from '../../../lib/link/unix-listener.js';
import type { ListenerOptions } from '../../../lib/link/link-options.js';
import { dialerOptions, listenerOptions } from '../../support/socket-link-pair.js';

const ignore = { onLink: () => undefined, onError: () => undefined };

describe('a unix listener', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unix-listener-'));
    path = join(folder, 'orders.sock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function listenerOn(file = path, options: Partial<ListenerOptions> = {}): UnixListener {
    const listener = new UnixListener({ kind: 'unix', path: file }, listenerOptions(options));
    onTestFinished(() => listener.close());
    return listener;
  }

  /** A socket file as a killed process leaves it: it was bound, and nobody listens. */
  async function leaveStaleSocket(): Promise<void> {
    const other = join(folder, 'other.sock');
    const listener = listenerOn(other);
    await listener.listen(ignore);
    linkSync(other, path);
    await listener.close();
  }

  it('says where it listens, and removes the file when it closes', async () => {
    const listener = listenerOn();
    await listener.listen(ignore);
    expect([listener.address, listener.isListening]).toEqual([`unix:${path}`, true]);
    expect(existsSync(path)).toBe(true);
    await listener.close();
    expect([existsSync(path), listener.isListening]).toEqual([false, false]);
  });

  it('takes over from a process that was killed', async () => {
    await leaveStaleSocket();
    const listener = listenerOn();
    await listener.listen(ignore);
    const dialer = new UnixDialer({ kind: 'unix', path }, dialerOptions());
    const link = await dialer.dial(new AbortController().signal);
    expect([link.remote, link.local, link.remoteHost]).toEqual([path, path, '']);
    link.destroy();
  });

  it('does not take over from one that lives', async () => {
    const first = listenerOn();
    await first.listen(ignore);
    const second = listenerOn();
    await expect(second.listen(ignore)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
    expect([existsSync(path), first.isListening, second.isListening]).toEqual([true, true, false]);
  });

  it('never removes what is no socket', async () => {
    writeFileSync(path, 'precious');
    await expect(listenerOn().listen(ignore)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('can be closed while it looks for another', async () => {
    await leaveStaleSocket();
    const listener = listenerOn();
    const listening = listener.listen(ignore);
    await listener.close();
    await expect(listening).rejects.toThrow();
    expect(listener.server.listening).toBe(false);
  });

  it('gives the file its mode', async () => {
    await listenerOn(path, { unixMode: 0o660 }).listen(ignore);
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('rejects a folder that does not exist', async () => {
    const listener = listenerOn(join(folder, 'nowhere', 'orders.sock'));
    await expect(listener.listen(ignore)).rejects.toMatchObject({ code: expect.any(String) });
  });
});
