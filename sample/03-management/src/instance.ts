import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const START_TIMEOUT_MS = 20_000;
const TOKEN = 'sample-management-token';

interface Addresses {
  readonly service: string;
  readonly management: string;
}

/** One instance of the service, in a process of its own. */
export class Instance {
  private constructor(
    readonly name: string,
    readonly addresses: Addresses,
    private readonly child: ChildProcess,
  ) {}

  static async start(name: string): Promise<Instance> {
    const path = fileURLToPath(new URL('./service.js', import.meta.url));
    const env = {
      ...process.env,
      LISTEN: 'tcp://127.0.0.1:0',
      MANAGEMENT_PORT: '0',
      MANAGEMENT_TOKEN: TOKEN,
    };
    const child = fork(path, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    const [addresses] = (await once(child, 'message', { signal })) as [Addresses];
    return new Instance(name, addresses, child);
  }

  /** A question to the management port: the status, and what the answer says. */
  async ask(
    path: string,
    method: 'GET' | 'POST' = 'GET',
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.addresses.management}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      signal: AbortSignal.timeout(5_000),
    });
    if (response.status === 401 || response.status === 403) {
      throw new Error(`${method} ${path} answered ${response.status}`);
    }
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}
