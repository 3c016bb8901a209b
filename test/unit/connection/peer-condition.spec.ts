import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeerCondition, PeerSign } from '../../../lib/connection/peer-condition.js';
import { afterSign, READY, vouchesFor } from '../../../lib/connection/peer-condition.js';
import { BUSY_TERMS } from './heartbeat-bench.js';

const answered = (changes: Partial<PeerSign & { kind: 'answered' }> = {}): PeerSign => ({
  ...{ kind: 'answered', wasLate: false, loopLagMs: 0, queueAgeMs: 0 },
  ...changes,
});
const late: PeerSign = { kind: 'late' };
const heard: PeerSign = { kind: 'heard' };
const vouched: PeerSign = { kind: 'silent', isVouchedFor: true };
const forsaken: PeerSign = { kind: 'silent', isVouchedFor: false };

function after(...signs: readonly PeerSign[]): PeerCondition {
  return signs.reduce(
    (condition: PeerCondition, sign) => afterSign(condition, sign, BUSY_TERMS),
    READY,
  );
}

describe('the condition of a peer', () => {
  it.each<[string, PeerSign[], PeerCondition]>([
    ['that answers in time, at ease', [answered()], READY],
    ['that is just below the limits', [answered({ loopLagMs: 199, queueAgeMs: 399 })], READY],
    ['whose loop lags', [answered({ loopLagMs: 200 })], { kind: 'busy', why: 'lag' }],
    ['whose calls wait', [answered({ queueAgeMs: 400 })], { kind: 'busy', why: 'queue' }],
    ['that does not answer in time', [late], { kind: 'busy', why: 'late' }],
    ['that answers late', [late, answered({ wasLate: true })], { kind: 'busy', why: 'late' }],
    ['that answered late, and then in time', [late, answered()], READY],
    [
      'that is only half at ease',
      [late, answered({ loopLagMs: 100 })],
      { kind: 'busy', why: 'lag' },
    ],
    ['that is at ease again', [answered({ loopLagMs: 900 }), answered({ loopLagMs: 99 })], READY],
    ['that is silent, and whose beacon vouches', [late, vouched], { kind: 'stuck' }],
    ['that is stuck, and late', [vouched, late], { kind: 'stuck' }],
    ['that was stuck, and is heard of', [vouched, heard], { kind: 'busy', why: 'late' }],
    ['that was stuck, and answers', [vouched, answered()], READY],
    ['that is silent, and nobody vouches', [forsaken], { kind: 'dead' }],
    ['that was stuck, and nobody vouches any more', [vouched, forsaken], { kind: 'dead' }],
  ])('of one %s', (_, signs, condition) => {
    expect(after(...signs)).toEqual(condition);
  });

  it('is never left once a peer is dead, and entered only by silence', () => {
    const sign = fc.oneof(
      fc.constantFrom(late, heard, vouched),
      fc.record({
        kind: fc.constant('answered' as const),
        wasLate: fc.boolean(),
        loopLagMs: fc.nat(500),
        queueAgeMs: fc.nat(500),
      }),
    );
    fc.assert(
      fc.property(fc.array(sign), fc.array(sign), (before, behind) => {
        expect(after(...before).kind).not.toBe('dead');
        expect(after(...before, forsaken, ...behind).kind).toBe('dead');
        expect(after(...before, answered())).toBe(READY);
      }),
    );
  });
});

describe('a beacon', () => {
  const graceMs = 250;

  it.each([
    ['vouches for a loop that has stood still since the ping', 3_000, 2_900, true],
    ['vouches for a loop that turned once more, before it read', 2_800, 2_900, true],
    ['does not vouch for a connection, when the loop turns', 20, 2_900, false],
    ['does not vouch for a loop that has turned long since', 500, 2_900, false],
    ['does not vouch for a loop that stands still for too long', 20_000, 2_900, false],
  ])('%s', (_, stuckMs, quietMs, isVouched) => {
    expect(vouchesFor({ stuckMs }, quietMs, graceMs, BUSY_TERMS)).toBe(isVouched);
  });
});
