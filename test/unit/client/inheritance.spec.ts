import { mergeMap, tap } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { SocketPoolRecordBuilder } from '../../../lib/client/socket-pool-record.js';
import type { SharedPoolOptions } from '../../../lib/client/pool-origin.js';
import { callScopes } from '../../../lib/common/call-scope.js';
import { systemClock } from '../../../lib/common/clock.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { RecordedPool } from '../../support/recorded-pool.js';
import { ScriptedScope } from '../../support/scripted-scope.js';
import { turn } from './client-harness.js';

const TRACE = { traceparent: '00-1-1-01', tracestate: 'a=1', baggage: 'k=v', authorization: 'no' };
/** What is left of a scope is some time in the future of the system's clock. */
const inMs = (ms: number): number => systemClock.now() + ms;

function make(inherit?: SharedPoolOptions['inherit']) {
  const recorded = new RecordedPool();
  const client = new SocketPoolClient({ pool: recorded.pool, inherit });
  return { recorded, client };
}

describe('the deadline of a call made inside a handler', () => {
  it.each([
    ['nothing, is what is left', {}, 200],
    ['more, is what is left', { deadlineMs: 5_000 }, 200],
    ['none, is what is left', { deadlineMs: 0 }, 200],
    ['less, is its own', { deadlineMs: 50 }, 50],
  ])('that asks for %s', (_, options, expected) => {
    const { recorded, client } = make();
    void new ScriptedScope({ deadlineAt: inMs(200) }).run(() => client.request('p', 1, options));
    const { deadlineMs } = recorded.lastCall.request;
    expect(deadlineMs).toBeLessThanOrEqual(expected);
    expect(deadlineMs).toBeGreaterThan(expected - 50);
  });

  it('is that of the pool where more is left', () => {
    const { recorded, client } = make();
    recorded.options.deadlineMs = 100;
    void new ScriptedScope({ deadlineAt: inMs(60_000) }).run(() => client.request('p', 1));
    expect(recorded.lastCall.request.deadlineMs).toBe(100);
  });

  it('stays as it is without a limit of the request', () => {
    const { recorded, client } = make();
    void new ScriptedScope().run(() => client.request('p', 1));
    expect(recorded.lastCall.request.deadlineMs).toBeUndefined();
  });
});

describe('a call whose request has no time left', () => {
  const late = { code: 'DEADLINE_EXCEEDED', processed: 'no', retryable: false };

  it('fails at once, however it is made', async () => {
    const { recorded, client } = make();
    const scope = new ScriptedScope({ deadlineAt: inMs(-1) });
    await expect(scope.run(() => client.request('p', 1))).rejects.toMatchObject(late);
    const errors: unknown[] = [];
    scope.run(() => client.send('p', 1).subscribe({ error: (error) => errors.push(error) }));
    const stream = scope.run(() => client.stream('p', 1)[Symbol.asyncIterator]().next());
    await expect(stream).rejects.toMatchObject(late);
    expect(errors).toEqual([expect.objectContaining(late)]);
    expect(recorded.calls).toEqual([]);
  });

  it('is made all the same when it does not inherit', () => {
    const { recorded, client } = make();
    const scope = new ScriptedScope({ deadlineAt: inMs(-1) });
    void scope.run(() => client.request('p', 1, { inherit: false }));
    const record = new SocketPoolRecordBuilder(1).setInherit(false).build();
    scope.run(() => client.send('p', record).subscribe());
    expect(recorded.calls).toHaveLength(2);
  });
});

describe('a call whose request nobody waits for', () => {
  it('is not started', async () => {
    const { recorded, client } = make();
    const stopError = new SocketPoolError('CONNECTION_LOST', 'the connection was lost');
    const call = new ScriptedScope({ stopError }).run(() => client.request('p', 1));
    await expect(call).rejects.toMatchObject({
      code: 'CANCELLED',
      processed: 'no',
      cause: stopError,
    });
    expect(recorded.calls).toEqual([]);
  });

  it('is started where cancellation is not inherited', () => {
    const { recorded, client } = make({ cancellation: false });
    const scope = new ScriptedScope({ stopError: new Error('gone') });
    void scope.run(() => client.request('p', 1));
    expect(recorded.calls).toHaveLength(1);
    expect(scope.followed).toEqual([]);
  });

  it('is followed while it runs', () => {
    const { recorded, client } = make();
    const scope = new ScriptedScope();
    void scope.run(() => client.request('p', 1));
    expect(scope.followed).toEqual([recorded.lastCall]);
    recorded.onCall = (call) => call.end();
    void scope.run(() => client.request('p', 2));
    expect(scope.followed).toHaveLength(1);
  });
});

describe('the metadata of a call made inside a handler', () => {
  const metadataOf = (inherit: SharedPoolOptions['inherit'], own?: Record<string, unknown>) => {
    const { recorded, client } = make(inherit);
    const scope = new ScriptedScope({ metadata: TRACE });
    void scope.run(() => client.request('p', 1, { metadata: own }));
    return recorded.lastCall.request.metadata;
  };

  it('is the trace context of the request', () => {
    const { authorization, ...expected } = TRACE;
    expect(authorization).toBe('no');
    expect(metadataOf(undefined)).toEqual(expected);
  });

  it('is what the client says', () => {
    expect(metadataOf({ metadata: ['authorization', 'missing'] })).toEqual({ authorization: 'no' });
    expect(metadataOf({ metadata: [] })).toBeUndefined();
    expect(metadataOf(false)).toBeUndefined();
  });

  it('is its own first', () => {
    const own = { traceparent: 'mine', tenant: 'a' };
    expect(metadataOf({ metadata: ['traceparent'] }, own)).toEqual(own);
  });

  it('never comes from a prototype, nor sets one', () => {
    const { recorded, client } = make({ metadata: ['__proto__', 'toString'] });
    const metadata = JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    void new ScriptedScope({ metadata }).run(() => client.request('p', 1));
    const sent = recorded.lastCall.request.metadata!;
    expect(Object.keys(sent)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
  });

  it('is inherited by events, which take over nothing else', () => {
    const { recorded, client } = make();
    const scope = new ScriptedScope({ metadata: TRACE, deadlineAt: inMs(-1) });
    scope.run(() => client.emit('happened', 1));
    const { metadata, deadlineMs } = recorded.events[0]!.request;
    expect([metadata?.['traceparent'], deadlineMs]).toEqual([TRACE.traceparent, undefined]);
  });
});

describe('a client in a handler', () => {
  it('works outside of the scope, so that its connections belong to no request', () => {
    const { recorded, client } = make();
    const seen: unknown[] = [];
    recorded.onCall = () => seen.push(callScopes.current);
    recorded.onEvent = () => seen.push(callScopes.current);
    new ScriptedScope().run(() => {
      void client.request('p', 1);
      client.emit('p', 1);
    });
    expect(seen).toEqual([undefined, undefined]);
  });

  it('leads what follows a reply back into the scope', async () => {
    const { recorded, client } = make();
    const scope = new ScriptedScope({ metadata: TRACE });
    const seen: unknown[] = [];
    scope.run(() =>
      client
        .send('first', 1)
        .pipe(
          tap(() => seen.push(callScopes.current)),
          mergeMap(() => client.send('second', 2)),
        )
        .subscribe({ complete: () => seen.push('complete') }),
    );
    recorded.calls[0]!.value('reply').end();
    expect(seen).toEqual([scope]);
    expect(recorded.calls[1]!.request.metadata).toMatchObject({ traceparent: TRACE.traceparent });
    recorded.calls[1]!.value('reply').end();
    await turn();
    expect(seen).toEqual([scope, 'complete']);
  });

  it('is an heir until it is closed, and again when it is used anew', async () => {
    let heirs = 0;
    vi.spyOn(callScopes, 'join').mockImplementation(() => {
      heirs++;
      return () => heirs--;
    });
    make(false);
    expect(heirs).toBe(0);
    const { client } = make();
    expect(heirs).toBe(1);
    await client.close();
    await client.close();
    expect(heirs).toBe(0);
    void client.request('p', 1);
    expect(heirs).toBe(1);
    await client.close();
    expect(heirs).toBe(0);
  });
});
