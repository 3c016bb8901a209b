import { describe, expect, it, vi } from 'vitest';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import type { FailedAttempt, RetryPolicySettings } from '../../../lib/resilience/retry-policy.js';
import { noRetries, SafeRetryPolicy } from '../../../lib/resilience/retry-policy.js';

const rejected = new SocketPoolError('REJECTED', 'draining');
const lost = new SocketPoolError('CONNECTION_LOST', 'reset by peer');
const silent = new SocketPoolError('HEARTBEAT_TIMEOUT', 'no pong');
const tooLarge = new SocketPoolError('MESSAGE_TOO_LARGE', '5 bytes');
const unsent = lost.withProcessed('no');

const GIVE_UP = { action: 'giveUp' };

function policy(settings: Partial<RetryPolicySettings> = {}): SafeRetryPolicy {
  return new SafeRetryPolicy({
    maxAttempts: 3,
    maxRestMs: 500,
    backoff: { initialMs: 25, maxMs: 1_000 },
    random: () => 0,
    ...settings,
  });
}

function failed(error: SocketPoolError, parts: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    error,
    attempts: 1,
    isIdempotent: false,
    remainingMs: Infinity,
    restMs: 0,
    ...parts,
  };
}

const unsentAndSafe = new SocketPoolError('CONNECTION_LOST', 'before it was written', {
  processed: 'no',
  retryable: true,
});

describe('SafeRetryPolicy', () => {
  it('sends a call again at once that certainly did not run', () => {
    const now = { action: 'retry', delayMs: 0 };
    expect(policy().decide(failed(rejected))).toEqual({ ...now, reason: 'rejected' });
    expect(policy().decide(failed(unsentAndSafe))).toEqual({ ...now, reason: 'unsent' });
  });

  it('gives up a call that may have run', () => {
    expect(policy().decide(failed(lost))).toEqual(GIVE_UP);
    const details = { processed: 'maybe', retryable: true } as const;
    const contradictory = new SocketPoolError('REJECTED', '', details);
    expect(policy().decide(failed(contradictory))).toEqual(GIVE_UP);
  });

  it('gives up a call that would fail again', () => {
    expect(policy().decide(failed(tooLarge, { isIdempotent: true }))).toEqual(GIVE_UP);
    expect(policy().decide(failed(unsent, { isIdempotent: true }))).toEqual(GIVE_UP);
  });

  it.each([
    ['HANDLER_FAILED', 'an answer'],
    ['NO_HANDLER', 'an answer'],
    ['DEADLINE_EXCEEDED', 'too late'],
    ['UNSERIALIZABLE_REPLY', 'run for certain'],
    ['PROTOCOL_ERROR', 'a defect that a further attempt may meet again'],
    ['INTERNAL_ERROR', 'a defect'],
  ] as const)('gives up %s, which is %s, however often the call may run', (code, _why) => {
    const attempt = failed(new SocketPoolError(code, ''), { isIdempotent: true });
    expect(policy().decide(attempt)).toEqual(GIVE_UP);
  });

  it.each([lost, silent])('sends again after a wait what was lost and may run twice', (error) => {
    const attempt = failed(error, { isIdempotent: true });
    expect(policy().decide(attempt)).toEqual({ action: 'retry', delayMs: 25, reason: 'lost' });
  });

  it('doubles the wait with each attempt, lengthens it by chance, and caps it', () => {
    const waits = (random: number): number[] =>
      [1, 2, 3, 4, 9].map((attempts) => {
        const { delayMs } = policy({ maxAttempts: 10, random: () => random }).decide(
          failed(lost, { isIdempotent: true, attempts }),
        ) as { delayMs: number };
        return delayMs;
      });
    expect(waits(0)).toEqual([25, 50, 100, 200, 1_000]);
    expect(waits(0.5)).toEqual([37.5, 75, 150, 300, 1_500]);
  });

  it('makes no more than the allowed attempts', () => {
    const actions = [1, 2, 3, 4].map(
      (attempts) => policy().decide(failed(rejected, { attempts })).action,
    );
    expect(actions).toEqual(['retry', 'retry', 'giveUp', 'giveUp']);
  });

  it('waits as long as the only ones there are ask for, and not at all for nobody', () => {
    expect(policy().decide(failed(rejected, { restMs: 300 }))).toMatchObject({ delayMs: 300 });
    expect(policy().decide(failed(rejected, { restMs: Infinity }))).toEqual(GIVE_UP);
    expect(policy().decide(failed(rejected, { restMs: 501 }))).toEqual(GIVE_UP);
    const attempt = failed(lost, { isIdempotent: true, restMs: 10 });
    expect(policy().decide(attempt)).toMatchObject({ delayMs: 25 });
  });

  it('gives up when what is left before the deadline would not do', () => {
    const left = (remainingMs: number, restMs = 0): string =>
      policy().decide(failed(rejected, { remainingMs, restMs })).action;
    expect([left(9.9), left(10), left(309, 300), left(310, 300)]).toEqual([
      'giveUp',
      'retry',
      'giveUp',
      'retry',
    ]);
  });

  it('spends from the budget for retries only, and gives up when there is none left', () => {
    const withdraw = vi.fn(() => false).mockReturnValueOnce(true);
    const thrifty = policy({ budget: { deposit: () => {}, withdraw } });
    thrifty.decide(failed(lost));
    thrifty.decide(failed(rejected, { attempts: 3 }));
    thrifty.decide(failed(rejected, { remainingMs: 5 }));
    expect(withdraw).not.toHaveBeenCalled();
    expect(thrifty.decide(failed(rejected)).action).toBe('retry');
    expect(thrifty.decide(failed(rejected)).action).toBe('giveUp');
  });
});

describe('noRetries', () => {
  it('never sends a call again', () => {
    expect(noRetries.decide(failed(rejected))).toEqual(GIVE_UP);
  });
});
