import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Trouble } from '../service/shop.controller.js';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 12_000;

/** One instance of the service, in a process of its own. */
export class Instance {
  private constructor(
    readonly name: string,
    readonly address: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(name: string): Promise<Instance> {
    const path = fileURLToPath(new URL('../service/main.js', import.meta.url));
    const env = { ...process.env, INSTANCE: name, LISTEN: 'tcp://127.0.0.1:0' };
    // The advice of its management about the kernel would cover the report; errors are shown.
    const child = fork(path, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    const started = once(child, 'message', { signal });
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${name} ended with exit code ${code} before it could be reached`);
    });
    // The loser of the race is settled too, some time; it must not count as unhandled.
    ended.catch(() => {});
    started.catch(() => {});
    const [address] = (await Promise.race([started, ended])) as [string];
    return new Instance(name, address, child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  suffer(trouble: Trouble): void {
    this.child.send(trouble);
  }

  /** Without a chance to say goodbye. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Asks the process to finish what it has and to end; ends it when it does not. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
}
