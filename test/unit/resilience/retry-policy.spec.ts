import { describe, expect, it, vi } from 'vitest';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { noRetries, UnprocessedRetryPolicy } from '../../../lib/resilience/retry-policy.js';

const rejected = new SocketPoolError('REJECTED', 'draining');
const lost = new SocketPoolError('CONNECTION_LOST', 'reset by peer');
const tooLarge = new SocketPoolError('MESSAGE_TOO_LARGE', '5 bytes');

describe('UnprocessedRetryPolicy', () => {
  it('sends a call again at once that certainly did not run', () => {
    const policy = new UnprocessedRetryPolicy(3);
    expect(policy.decide({ error: rejected, attempts: 1 })).toEqual({
      action: 'retry',
      delayMs: 0,
    });
  });

  it('gives up a call that may have run', () => {
    const policy = new UnprocessedRetryPolicy(3);
    expect(policy.decide({ error: lost, attempts: 1 })).toEqual({ action: 'giveUp' });
    const contradictory = new SocketPoolError('REJECTED', '', {
      processed: 'maybe',
      retryable: true,
    });
    expect(policy.decide({ error: contradictory, attempts: 1 })).toEqual({ action: 'giveUp' });
  });

  it('gives up a call that would fail again', () => {
    const policy = new UnprocessedRetryPolicy(3);
    expect(policy.decide({ error: tooLarge, attempts: 1 })).toEqual({ action: 'giveUp' });
  });

  it('makes no more than the allowed attempts', () => {
    const policy = new UnprocessedRetryPolicy(3);
    const actions = [1, 2, 3, 4].map(
      (attempts) => policy.decide({ error: rejected, attempts }).action,
    );
    expect(actions).toEqual(['retry', 'retry', 'giveUp', 'giveUp']);
  });

  it('spends from the budget for retries only, and gives up when there is none left', () => {
    const withdraw = vi.fn(() => false).mockReturnValueOnce(true);
    const policy = new UnprocessedRetryPolicy(3, { deposit: () => {}, withdraw });
    policy.decide({ error: lost, attempts: 1 });
    policy.decide({ error: rejected, attempts: 3 });
    expect(withdraw).not.toHaveBeenCalled();
    expect(policy.decide({ error: rejected, attempts: 1 }).action).toBe('retry');
    expect(policy.decide({ error: rejected, attempts: 1 }).action).toBe('giveUp');
  });
});

describe('noRetries', () => {
  it('never sends a call again', () => {
    expect(noRetries.decide({ error: rejected, attempts: 1 })).toEqual({ action: 'giveUp' });
  });
});
