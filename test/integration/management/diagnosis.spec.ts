import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { CapturedStack } from '../../../lib/management/worker/diagnostics/captured-stack.js';
import type { CpuProfile } from '../../../lib/management/worker/diagnostics/cpu-profiler.js';
import type { HeapUsage } from '../../../lib/management/worker/diagnostics/heap-usage.js';
import type { Incident } from '../../../lib/management/worker/diagnostics/incident.js';

interface Failure {
  readonly failure: string;
  readonly message: string;
}

interface Outcome {
  readonly found: {
    readonly stack: CapturedStack;
    readonly isShared: boolean;
    readonly heap: HeapUsage | Failure;
    readonly profile?: CpuProfile;
    readonly second?: Failure;
    readonly isStillHeld?: boolean;
    readonly incidents: readonly Incident[];
    readonly lines: readonly string[];
  };
  readonly stuckMs: number;
  readonly beatsAfter: number;
}

const SERVICE = fileURLToPath(new URL('fixtures/stuck-service.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'diagnosis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = Outcome & { readonly output: string };
const runs = new Map<string, Promise<Run>>();

/** Runs the service once for each way to get stuck. */
function stuckIn(kind: string, ...rest: string[]): Promise<Run> {
  const run = runs.get(kind) ?? runService(kind, ...rest);
  runs.set(kind, run);
  return run;
}

async function runService(...options: string[]): Promise<Run> {
  const run = await promisify(execFile)(process.execPath, [SERVICE, ...options], {
    timeout: 15_000,
  });
  expect(run.stderr).toBe('');
  return { ...(JSON.parse(run.stdout) as Outcome), output: run.stdout };
}

/** What holds however the service got stuck. */
function expectWell({ found, beatsAfter, stuckMs, output }: Run): void {
  expect(beatsAfter, 'the service goes on').toBeGreaterThan(3);
  expect(found.isShared, 'all who ask at once get the same').toBe(true);
  expect(found.stack.tookMs, 'the answer is out in time').toBeLessThan(1_100);
  expect(output, 'arguments stay where they are').not.toContain('planted-secret');
  expect(found.incidents).toHaveLength(1);
  const [{ durationMs, isOver }] = found.incidents;
  expect(isOver).toBe(true);
  expect(Math.abs(durationMs - stuckMs), 'the incident lasts as long').toBeLessThan(250);
}

describe('a service that is stuck in JavaScript', () => {
  it.each([
    ['an endless loop', 'loop', 'spinForTooLong'],
    ['a catastrophic regular expression', 'regex', 'backtrackForTooLong'],
    ['Atomics.wait', 'atomics', 'waitForTooLong'],
    ['endless microtasks', 'microtasks', 'endlessMicrotask'],
  ])('names the function in %s', async (_, kind, name) => {
    const outcome = await stuckIn(kind);
    expectWell(outcome);
    const { stack, heap, incidents, lines } = outcome.found;
    expect(stack).toMatchObject({ kind: 'javascript', isHeldByDebugger: false, omittedFrames: 0 });
    const frames = stack.kind === 'javascript' ? stack.frames : [];
    const frame = frames.find(({ functionName }) => functionName === name);
    expect(frame?.url).toMatch(/^file:.*\/stuck-service\.mjs$/);
    expect(frame?.line).toBeGreaterThan(1);
    expect(heap).toMatchObject({ usedBytes: expect.any(Number), totalBytes: expect.any(Number) });
    expect(incidents[0].where).toContain(`${name} (file://`);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`has been stuck for \\d+ ms, in ${name} .*\\n {4}at `));
    expect(lines[1]).toContain('goes on after');
  });

  it('shows the innermost frames of a deep stack', async () => {
    const outcome = await stuckIn('recursion');
    expectWell(outcome);
    const { stack } = outcome.found;
    expect(stack.kind).toBe('javascript');
    if (stack.kind !== 'javascript') return;
    expect(stack.frames).toHaveLength(50);
    expect(stack.omittedFrames).toBeGreaterThan(100);
  });

  it('is profiled, one at a time', async () => {
    const { found, output } = await stuckIn('microtasks');
    const names = found.profile?.nodes.map(({ callFrame }) => callFrame.functionName);
    expect(names).toContain('endlessMicrotask');
    expect(found.profile?.samples?.length).toBeGreaterThan(100);
    expect(found.second).toMatchObject({ failure: 'busy' });
    expect(output).not.toContain('planted-secret');
  });
});

describe.runIf(process.platform === 'linux')('a service that is stuck in native code', () => {
  it('tells the system call of a blocking read', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const outcome = await stuckIn('fifo', fifo);
    expectWell(outcome);
    const { stack, heap, incidents } = outcome.found;
    expect(stack).toMatchObject({
      kind: 'native',
      thread: { state: 'sleeping', systemCall: 'openat' },
    });
    expect(heap).toMatchObject({ failure: 'timeout' });
    expect(incidents[0].where).toContain('sleeping in openat');
  });

  it('tells that a child process is waited for in a nested event loop', async () => {
    const outcome = await stuckIn('child');
    expectWell(outcome);
    const { stack, incidents } = outcome.found;
    expect(stack).toMatchObject({
      kind: 'native',
      thread: { state: 'sleeping', systemCall: expect.stringMatching(/^epoll_/) },
    });
    expect(incidents[0].where).toContain('sleeping in epoll_');
  });

  it('tells that it runs where it computes', async () => {
    const outcome = await stuckIn('hashing');
    expectWell(outcome);
    expect(outcome.found.stack).toMatchObject({ kind: 'native', thread: { state: 'running' } });
  });
});

it('leaves an idle service alone', async () => {
  const { found, beatsAfter } = await stuckIn('idle');
  expect(beatsAfter).toBeGreaterThan(3);
  expect(found.incidents).toEqual([]);
  expect(found.heap).toMatchObject({ usedBytes: expect.any(Number) });
  const expected = process.platform === 'linux' ? 'idle' : 'javascript';
  expect(found.stack.kind).toBe(expected);
});

it('leaves a service to the debugger that holds it', async () => {
  const { found, beatsAfter } = await stuckIn('debugger');
  expect(found.stack).toMatchObject({ kind: 'javascript', isHeldByDebugger: true });
  expect(found.isStillHeld).toBe(true);
  expect(found.incidents[0].where).toContain('held by a debugger');
  expect(beatsAfter).toBeGreaterThan(3);
});
