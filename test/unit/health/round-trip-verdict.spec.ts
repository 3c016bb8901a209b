import { describe, expect, it } from 'vitest';
import { judgeRoundTrips } from '../../../lib/health/round-trip-verdict.js';

const good = (roundTripMs: number) => ({ endpoint: 'tcp://a:1', roundTripMs });
const bad = { endpoint: 'tcp://b:1', failure: 'no answer within 1000 ms' };

describe('the verdict on round trips', () => {
  it('is up when all answered, with the slowest time', () => {
    expect(judgeRoundTrips([good(1), good(3), good(2)])).toEqual({
      verdict: 'up',
      details: { roundTripMs: 3, answered: 3, asked: 3, failures: [] },
    });
  });

  it('is degraded when some did not answer', () => {
    expect(judgeRoundTrips([good(1), bad])).toEqual({
      verdict: 'degraded',
      details: {
        roundTripMs: 1,
        answered: 1,
        asked: 2,
        failures: ['tcp://b:1: no answer within 1000 ms'],
      },
    });
  });

  it.each([[[bad]], [[]]])('is down when none answered: %j', (roundTrips) => {
    expect(judgeRoundTrips(roundTrips)).toMatchObject({
      verdict: 'down',
      details: { roundTripMs: undefined, answered: 0 },
    });
  });

  it('names a few failures, however many there are', () => {
    const { details } = judgeRoundTrips(Array.from({ length: 30 }, () => bad));
    expect(details.failures).toHaveLength(5);
  });
});
