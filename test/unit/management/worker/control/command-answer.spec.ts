import { HttpException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../../../../../lib/management/worker/control/command-answer.js';
import type { CommandOutcome } from '../../../../../lib/management/worker/service/command-client.js';
import type { ServiceReport } from '../../../../../lib/management/worker/service/service-report.js';

const SERVICE = { silentMs: 0 } as ServiceReport;

function statusOf(outcome: CommandOutcome): number {
  try {
    answerOf(outcome, SERVICE);
    return 0;
  } catch (error) {
    return (error as HttpException).getStatus();
  }
}

describe('the answer to a command', () => {
  it('is what the service says', () => {
    expect(answerOf({ kind: 'done', value: { name: 'orders' } }, SERVICE)).toEqual({
      isApplied: true,
      pool: { name: 'orders' },
      service: SERVICE,
    });
  });

  it('tells what waits for the loop', () => {
    expect(answerOf({ kind: 'waiting', silentMs: 4_200.4 }, SERVICE)).toEqual({
      isApplied: false,
      message: 'waits for the loop of the service, which has not turned for 4200 ms',
      service: SERVICE,
    });
  });

  it.each([
    ['NO_ENDPOINT', 404],
    ['INVALID_OPTIONS', 400],
    ['POOL_CLOSED', 409],
    ['INTERNAL_ERROR', 500],
  ])('is a failure where the service refuses: %s', (code, status) => {
    expect(statusOf({ kind: 'refused', code, message: 'no' })).toBe(status);
  });

  it('is a failure where too many wait', () => {
    expect(statusOf({ kind: 'full' })).toBe(503);
  });
});
