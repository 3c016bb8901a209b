import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { CallScope, FollowedCall } from '../../../lib/common/call-scope.js';
import { callScopes } from '../../../lib/common/call-scope.js';
import { FollowedCalls } from '../../../lib/server/followed-calls.js';
import { inheritDuringTest } from '../../support/scripted-scope.js';
import { RequestHarness } from './request-harness.js';

class FollowedStub implements FollowedCall {
  isSettled = false;
  causes: Error[] = [];

  giveUp(cause: Error): void {
    this.isSettled = true;
    this.causes.push(cause);
  }
}

const never = (): Promise<void> => new Promise(() => undefined);

function harnessOf(work: () => unknown) {
  inheritDuringTest();
  const scopes: CallScope[] = [];
  const harness = new RequestHarness(() => {
    scopes.push(callScopes.current!);
    return work();
  });
  return { harness, scopes };
}

describe('the scope of a request', () => {
  it('is not entered where nobody inherits', async () => {
    const seen: unknown[] = [];
    const harness = new RequestHarness(() => seen.push(callScopes.current));
    await harness.ask();
    expect(seen).toEqual([undefined]);
  });

  it('tells deadline and metadata while the handler runs', async () => {
    const { harness, scopes } = harnessOf(never);
    await harness.ask({ timeoutMs: 500, metadata: { traceparent: 'x' } });
    expect(scopes[0]).toMatchObject({
      deadlineAt: harness.server.clock.now() + 500,
      metadata: { traceparent: 'x' },
      stopError: undefined,
    });
  });

  it('has no limits once the request was answered', async () => {
    const { harness, scopes } = harnessOf(() => 1);
    await harness.ask({ timeoutMs: 500 });
    const call = new FollowedStub();
    scopes[0]!.follow(call);
    await harness.cancel(1);
    expect(scopes[0]).toMatchObject({ deadlineAt: Infinity, stopError: undefined });
    expect(call.causes).toEqual([]);
  });

  it.each([
    ['a promise', never],
    ['an Observable', () => NEVER],
  ])('gives up the calls of a request that is cancelled: %s', async (_, work) => {
    const { harness, scopes } = harnessOf(work);
    const id = await harness.ask();
    const call = new FollowedStub();
    scopes[0]!.follow(call);
    await harness.cancel(id);
    expect(call.causes).toEqual([expect.objectContaining({ code: 'CANCELLED' })]);
  });

  it('says why nobody waits any more, until the handler has come to its end', async () => {
    let finish = (): void => undefined;
    const { harness, scopes } = harnessOf(() => new Promise<void>((resolve) => (finish = resolve)));
    const id = await harness.ask({ timeoutMs: 500 });
    await harness.cancel(id);
    expect(scopes[0]!.stopError).toMatchObject({ code: 'CANCELLED' });
    const late = new FollowedStub();
    scopes[0]!.follow(late);
    expect(late.causes).toHaveLength(1);
    finish();
    await harness.settle();
    expect(scopes[0]).toMatchObject({ deadlineAt: Infinity, stopError: undefined });
  });
});

describe('the calls that a handler makes', () => {
  it('are kept only as long as they run', () => {
    const calls = new FollowedCalls();
    const running = [new FollowedStub(), new FollowedStub()];
    for (const call of running) calls.add(call);
    for (let count = 0; count < 10_000; count++) {
      const call = new FollowedStub();
      call.isSettled = true;
      calls.add(call);
    }
    expect(calls.size).toBeLessThanOrEqual(17);
    calls.giveUp(new Error('stopped'));
    expect(running.map((call) => call.causes.length)).toEqual([1, 1]);
  });
});
