import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.js';

const QUICKSTART = '01-quickstart';
const MIGRATION = '02-migrate-from-nest-tcp';
const CLUSTER = '04-cluster';
const EXCLUSIVE = '05-exclusive-pool';
const LIMIT_MS = 30_000;

/** A sample that was started as a user starts it, with what it wrote. */
class SampleRun {
  output = '';
  errors = '';
  readonly exitCode: Promise<number | null>;
  readonly child: ChildProcess;

  constructor(sample: string, ...args: string[]) {
    const main = fileURLToPath(new URL(`../../../sample/${sample}/dist/main.js`, import.meta.url));
    const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' };
    this.child = spawn(process.execPath, [main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.exitCode = once(this.child, 'close').then(([code]) => code as number | null);
    onTestFinished(async () => {
      this.child.kill('SIGTERM');
      await this.exitCode;
    });
  }

  /** The processes that it says it has started. */
  get services(): number[] {
    return [...this.output.matchAll(/\(process (\d+)\)/g)].map(([, pid]) => Number(pid));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The children of a process, whether it says so or not. */
async function childrenOf(pid: number): Promise<number[]> {
  const ps = spawn('ps', ['-o', 'pid=', '--ppid', String(pid)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  ps.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(ps, 'close');
  return output.split('\n').filter(Boolean).map(Number);
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('sample/02-migrate-from-nest-tcp', () => {
  it('shows that all four combinations see the same, and ends with exit code 0', async () => {
    const run = new SampleRun(MIGRATION);
    await expect(run.exitCode).resolves.toBe(0);
    expect(run.output).toContain('all four saw the same');
    expect(run.output.match(/client +→ .* server/g)).toHaveLength(4);
  });
});

describe('sample/05-exclusive-pool', () => {
  it('shows all that it says, and ends with exit code 0 when it runs once', async () => {
    const run = new SampleRun(EXCLUSIVE, '--once');
    await expect(run.exitCode).resolves.toBe(0);
    expect(run.errors).toBe('');
    for (const fact of [
      /^bounded: 100 callers in \d+ ms, at most [1-4] questions at once, 0 on a busy connection$/m,
      /^refused: "there is no order 404", and the link is used on \(0 new ones\)$/m,
      /^leaked: {2}a lease was taken at Demo\.forgetLease /m,
      /^broken: {2}"the link was lost: .*"; the next caller was answered, .* 1 closed by the peer$/m,
      /^closed: {2}0 connections are left at the server$/m,
    ])
      expect(run.output).toMatch(fact);
  });
});

describe('sample/04-cluster', () => {
  it('tells what callers see while instances are slow, hang, die, drain and come', async () => {
    const run = new SampleRun(CLUSTER, '--once');
    await expect(run.exitCode).resolves.toBe(0);
    expect(run.errors).toBe('');
    for (const fact of [
      /"one" becomes 10 times slower/,
      /"two" hangs for \d+ ms/,
      /"three" is killed/,
      /"four" is drained/,
      /"five" is added/,
      /\d+\/s +p99 +\d+ ms +one +\d+ % ready .*failed: none/,
      /quotes +\d+ answered, failed: none/,
      /verdict +no call failed but payments in flight on the killed instance/,
    ])
      expect(run.output).toMatch(fact);
    expect(run.services.filter(isRunning)).toEqual([]);
  });

  it('ends with all it started on SIGINT', async () => {
    const run = new SampleRun(CLUSTER);
    await until(() => run.services.length === 4, 'four instances', LIMIT_MS);
    run.child.kill('SIGINT');
    await expect(run.exitCode).resolves.toBe(0);
    await until(() => !run.services.some(isRunning), 'the instances have ended');
  });
});

describe('sample/01-quickstart', () => {
  it('prints its report and ends with exit code 0 when it runs once', async () => {
    const run = new SampleRun(QUICKSTART, '--once');
    await expect(run.exitCode).resolves.toBe(0);
    expect(run.errors).toBe('');
    for (const fact of [
      /calls +\d+ in .* per second .* 0 failed/,
      /latency +p50 .* p90 .* p99 /,
      /answered +(orders-[12] \d+(, )?){2}\n/,
      /pool +ready; (tcp:\S+ has \d connections?(, )?){2}/,
      /health +ok/,
      /error +GET \S+ -> 404/,
    ])
      expect(run.output).toMatch(fact);
    expect(run.services.filter(isRunning)).toEqual([]);
  });

  it.each([
    { args: ['--bogus'], says: /^Unknown option '--bogus'\nusage: / },
    { args: ['--port', '99999'], says: /^99999 is not a port\nusage: / },
  ])('says how it is used, when called with $args', async ({ args, says }) => {
    const run = new SampleRun(QUICKSTART, ...args);
    await expect(run.exitCode).resolves.toBe(1);
    expect(run.errors).toMatch(says);
    expect(run.errors).not.toMatch(/^ +at /m);
  });

  it('says which port is taken, and ends with exit code 1', async () => {
    const port = await takenPort();
    const run = new SampleRun(QUICKSTART, '--port', String(port));
    await expect(run.exitCode).resolves.toBe(1);
    expect(run.errors).toContain(`address already in use 127.0.0.1:${port}`);
    expect(run.errors).not.toMatch(/^ +at /m);
  });

  it('stays up after the report, and ends with all it started on SIGINT', async () => {
    const run = new SampleRun(QUICKSTART, '--port', '0');
    await until(() => run.output.includes('Ctrl-C ends everything.'), 'the report', LIMIT_MS);
    expect(run.services).toHaveLength(3);
    expect(run.services.filter(isRunning)).toHaveLength(3);
    expect(run.output).toMatch(/curl http:\S+\/orders\/7/);

    run.child.kill('SIGINT');
    await expect(run.exitCode).resolves.toBe(0);
    expect(run.services.filter(isRunning)).toEqual([]);
  });

  it('ends with all it started on SIGINT while it starts', async () => {
    const run = new SampleRun(QUICKSTART, '--port', '0');
    let children: number[] = [];
    const hasChild = async () => (children = await childrenOf(run.child.pid!)).length > 0;
    await until(hasChild, 'the first child', LIMIT_MS);

    run.child.kill('SIGINT');
    await run.exitCode;
    await until(() => !children.some(isRunning), 'the child has ended');
  });
});
