import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AddressReport } from './address-report.js';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 12_000;

/** However this process ends, those that it started end with it, half started or not. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/** A service in a process of its own, which ends with this one. */
export class ServiceProcess {
  readonly #child: ChildProcess;

  private constructor(
    readonly name: string,
    readonly addresses: AddressReport,
    child: ChildProcess,
  ) {
    this.#child = child;
  }

  get address(): string {
    return this.addresses.address;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Starts `entry` (a path beside this file's folder) and waits until it can be reached. */
  static async start(
    name: string,
    entry: string,
    env: Record<string, string>,
  ): Promise<ServiceProcess> {
    const path = fileURLToPath(new URL(`../${entry}`, import.meta.url));
    const child = fork(path, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    try {
      return new ServiceProcess(name, await addressesOf(child, name), child);
    } catch (error) {
      child.kill('SIGTERM');
      throw error;
    }
  }

  /** Asks the process to end in order, and ends it when it does not. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
}

async function addressesOf(child: ChildProcess, name: string): Promise<AddressReport> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const started = once(child, 'message', { signal });
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`${name} ended with exit code ${code} before it could be reached`);
  });
  // The loser of the race is settled too, some time; it must not count as unhandled.
  ended.catch(() => {});
  started.catch(() => {});
  const [report] = (await Promise.race([started, ended])) as [AddressReport];
  return report;
}
