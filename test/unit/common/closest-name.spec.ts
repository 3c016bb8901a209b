import { describe, expect, it } from 'vitest';
import { closestName } from '../../../lib/common/closest-name.js';

const NAMES = ['connectTimeoutMs', 'maxConnections', 'heartbeat', 'port', 'host'];

describe('closestName', () => {
  it.each([
    ['a shorter form', 'connectTimeout', 'connectTimeoutMs'],
    ['a longer form', 'heartbeatMs', 'heartbeat'],
    ['other capitals', 'HOST', 'host'],
    ['a missing letter', 'maxConections', 'maxConnections'],
    ['a letter too many', 'hosst', 'host'],
    ['a wrong letter', 'maxConnectiobs', 'maxConnections'],
    ['two letters swapped', 'haertbeat', 'heartbeat'],
  ])('finds what %s was meant for: %s', (_slip, given, known) => {
    expect(closestName(given, NAMES)).toBe(known);
  });

  it.each(['', 'p', 'po', 'retries', 'minConnections', 'maxKonnektions', 'x'.repeat(10_000)])(
    'finds nothing for %s',
    (given) => {
      expect(closestName(given, NAMES)).toBeUndefined();
    },
  );

  it('takes a form of the name before a slip', () => {
    expect(closestName('port', ['sort', 'portRange'])).toBe('portRange');
  });
});
