import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const FIXTURE = fileURLToPath(new URL('../fixtures/stuck-orders.mjs', import.meta.url));
const START_LIMIT_MS = 30_000;

/** A service whose loop can be made to stand still, in a process of its own; with a beacon or without. */
export class StuckOrders {
  private constructor(
    readonly address: string,
    readonly pid: number,
    private readonly child: ChildProcess,
  ) {}

  /** The library must have been built. */
  static async start(hasBeacon = true): Promise<StuckOrders> {
    const child = fork(FIXTURE, [JSON.stringify({ hasBeacon })], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const signal = AbortSignal.timeout(START_LIMIT_MS);
    const [info] = (await once(child, 'message', { signal })) as [{ address: string; pid: number }];
    return new StuckOrders(info.address, info.pid, child);
  }

  /** Its event loop stands still for so long. */
  hang(hangMs: number): void {
    this.child.send({ hangMs });
  }

  /** All its threads do. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }
}
