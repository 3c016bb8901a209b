import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURE = fileURLToPath(new URL('../fixtures/gateway.mjs', import.meta.url));
const START_LIMIT_MS = 30_000;

/** A service that calls itself all the time, with its management port, in a process of its own. */
export class Gateway {
  static readonly token = 'a-token-for-tests-only';

  private constructor(
    readonly page: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** The library must have been built. */
  static async start(): Promise<Gateway> {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    const config = { token: Gateway.token, address: `unix:${join(folder, 'sums.sock')}` };
    const child = fork(FIXTURE, [JSON.stringify(config)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const signal = AbortSignal.timeout(START_LIMIT_MS);
    const [{ page }] = (await once(child, 'message', { signal })) as [{ page: string }];
    return new Gateway(page, child, folder);
  }

  /** Its event loop stands still for so long. */
  hang(hangMs: number): void {
    this.child.send({ hangMs });
  }

  async isReady(): Promise<boolean> {
    const { status } = await fetch(`${this.page}/health/ready`);
    return status === 200;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
