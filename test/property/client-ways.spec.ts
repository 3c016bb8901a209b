import type { ReadPacket } from '@nestjs/microservices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import type { RecordedCall } from '../support/recorded-pool.js';
import { RecordedPool } from '../support/recorded-pool.js';

/** Takes the way of clients that override something. */
class DerivedClient extends SocketPoolClient {
  protected override createPacket<TInput>(pattern: unknown, data: TInput): ReadPacket {
    return super.createPacket(pattern, data);
  }
}

type Step = (call: RecordedCall, unsubscribe: () => void) => void;

const LOST = new SocketPoolError('CONNECTION_LOST', 'gone');

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.anything().map(
      (value): Step =>
        (call) =>
          call.value(value),
    ),
    weight: 6,
  },
  fc.constant<Step>((call) => call.end()),
  fc.anything().map(
    (thrown): Step =>
      (call) =>
        call.failWith(thrown || 'no', 'HANDLER_FAILED'),
  ),
  fc.constant<Step>((call) => call.fail(LOST)),
  fc.constant<Step>((_call, unsubscribe) => unsubscribe()),
);

function play(Client: typeof SocketPoolClient, script: readonly Step[]): unknown[] {
  const recorded = new RecordedPool();
  const client = new Client({ pool: recorded.pool });
  const heard: unknown[] = [];
  const subscription = client.send('p', 1).subscribe({
    next: (value) => heard.push(['next', value]),
    complete: () => heard.push('complete'),
    error: (error: unknown) => heard.push(['error', error]),
  });
  for (const step of script) step(recorded.lastCall, () => subscription.unsubscribe());
  return [...heard, { isCancelled: recorded.lastCall.isCancelled, isClosed: subscription.closed }];
}

describe('the ways of a call through the client', () => {
  it('have the same outcome, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 8 }), (script) => {
        expect(play(SocketPoolClient, script)).toEqual(play(DerivedClient, script));
      }),
      { numRuns: 300 },
    );
  });
});
