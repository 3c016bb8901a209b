import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { MemoryLinkPair } from './memory-link-pair.js';
import { eventFrame, helloFrame, ScriptedClient } from './scripted-client.js';

const SCRIPT = fileURLToPath(new URL('peer-crowd.mjs', import.meta.url));
const START_LIMIT_MS = 20_000;

/** Many clients in another process, so that they can vanish in every way. */
export class PeerCrowd {
  private constructor(private readonly child: ChildProcess) {}

  /** Every other of them has sent an event. */
  static async start(port: number, count: number): Promise<PeerCrowd> {
    const hello = new ScriptedClient(new MemoryLinkPair().client).encode(helloFrame());
    const both = new ScriptedClient(new MemoryLinkPair().client).encode(
      helloFrame(),
      eventFrame(1),
    );
    const event = both.subarray(hello.length);
    const setup = { port, count, hello: hello.toString('hex'), event: event.toString('hex') };
    const child = fork(SCRIPT, [JSON.stringify(setup)], { execArgv: [] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'message', { signal: AbortSignal.timeout(START_LIMIT_MS) });
    return new PeerCrowd(child);
  }

  /** All close, in order or not. */
  tell(order: 'fin' | 'rst'): void {
    this.child.send(order);
  }

  /** They are there for their kernel only. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }
}
