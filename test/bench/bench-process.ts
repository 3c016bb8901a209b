import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Answer, Command } from './child-commands.js';

const ANSWER_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 2_000;

/** Whatever way the benchmark ends, its processes end with it; of a killed one they notice the closed channel. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** A client or server process of the benchmark, on a core of its own. */
export class BenchProcess {
  private constructor(
    private readonly label: string,
    private readonly child: ChildProcess,
  ) {}

  static start(label: string, script: string, core: number | undefined): BenchProcess {
    const node = [process.execPath, fileURLToPath(new URL(script, import.meta.url))];
    const [command, ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node];
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return new BenchProcess(label, child);
  }

  /** Runs a command in the process; rejects when it fails, ends or does not answer. */
  async ask<T = void>(name: string, argument?: unknown): Promise<T> {
    const settled = new AbortController();
    const { signal } = settled;
    try {
      const answered = once(this.child, 'message', { signal }) as Promise<[Answer]>;
      this.child.send({ name, argument } satisfies Command, () => {});
      const [answer] = await Promise.race([
        answered,
        this.exited(signal),
        wait(ANSWER_TIMEOUT_MS, undefined, { signal }).then(() => {
          throw new Error(`no answer to "${name}" in ${ANSWER_TIMEOUT_MS} ms`);
        }),
      ]);
      if ('error' in answer) {
        throw new Error(answer.error);
      }
      return answer.result as T;
    } catch (error) {
      throw new Error(`${this.label}: ${(error as Error).message}`, { cause: error });
    } finally {
      settled.abort();
    }
  }

  /** Lets the process close its end, then ends it. */
  async stop(): Promise<void> {
    if (running.has(this.child)) {
      const exited = once(this.child, 'exit');
      await Promise.race([
        this.ask('stop').catch(() => {}),
        wait(STOP_TIMEOUT_MS, undefined, { ref: false }),
      ]);
      this.child.kill('SIGKILL');
      await exited;
    }
  }

  private async exited(signal: AbortSignal): Promise<never> {
    if (running.has(this.child)) {
      await once(this.child, 'exit', { signal });
    }
    throw new Error(`ended with ${this.child.signalCode ?? `code ${this.child.exitCode}`}`);
  }
}
