import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('forwarder.mjs', import.meta.url));

/** Another process, through which connections go to a port of this one. What is done to it, is done to a peer. */
export class ForwarderProcess {
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  static async start(targetPort: number): Promise<ForwarderProcess> {
    // It ends with its standard input, and so with this process.
    const child = spawn(process.execPath, [SCRIPT, String(targetPort)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return new ForwarderProcess(child, Number(line.toString()));
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  /** Its kernel goes on taking bytes, but nothing is read or said any more. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** At once, without a chance to say goodbye. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
