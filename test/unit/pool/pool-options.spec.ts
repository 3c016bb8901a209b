import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OptionTable } from '../../../lib/common/options.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { resolvePoolOptions } from '../../../lib/pool/create-socket-pool.js';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import { poolOptionTable } from '../../../lib/pool/pool-options.js';
import { ChangingDiscovery } from '../../support/changing-discovery.js';
import { A } from '../../support/pool-stage.js';

/** Every option by its path, groups by their members. */
function pathsOf(table: OptionTable, prefix = ''): string[] {
  return Object.entries(table).flatMap(([name, rule]) =>
    rule.table === undefined ? [`${prefix}${name}`] : pathsOf(rule.table, `${prefix}${name}.`),
  );
}

function specsIn(folder: string): string {
  const isOther = (name: string): boolean =>
    name.endsWith('.spec.ts') && name !== 'pool-options.spec.ts';
  return readdirSync(folder)
    .filter(isOther)
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');
}

function problemsOf(input: PoolOptionsInput): string[] {
  try {
    resolvePoolOptions(input);
  } catch (error) {
    expect(error).toBeInstanceOf(SocketPoolError);
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^ *- /, ''));
  }
  return [];
}

describe('the options of a pool', () => {
  it('have defaults for everything but the endpoints', () => {
    expect(resolvePoolOptions({ endpoints: [A] })).toMatchObject({
      name: 'default',
      dialect: 'binary',
      deadlineMs: 30_000,
      connectTimeoutMs: 1_000,
      acquireTimeoutMs: 5_000,
      whenUnavailable: 'wait',
      start: 'lazy',
      pool: { minConnections: 1, maxConnections: 4, idleTimeoutMs: 30_000, lifetimeMs: 1_800_000 },
      reconnect: { initialBackoffMs: 1_000, maxBackoffMs: 64_000 },
      heartbeat: { intervalMs: 5_000, misses: 3 },
    });
  });

  it('are refused all at once, each with its value and its range', () => {
    const bad = {
      name: '',
      deadlineMs: -1,
      endpoints: ['nowhere'],
      whenUnavailable: 'panic',
      pool: { maxConnections: 0 },
      colour: 'red',
    };
    const problems = problemsOf(bad as unknown as PoolOptionsInput);
    expect(problems.length).toBe(6);
    expect(problems).toContain("whenUnavailable: 'panic' is not 'wait' or 'fail'");
    expect(problems).toContain('pool.maxConnections: 0 is not a whole number from 1 to 10000');
  });

  it.each<[string, PoolOptionsInput, string]>([
    ['no endpoint', {}, 'endpoints: there is none, and no discovery to find any'],
    [
      'two sources of endpoints',
      { endpoints: [A], discovery: new ChangingDiscovery() },
      'discovery: it finds the endpoints, so that `endpoints` cannot be given as well',
    ],
    [
      'an endpoint twice',
      { endpoints: [A, A] },
      "endpoints: an address is given twice in 'tcp://a:1, tcp://a:1'",
    ],
    [
      'more connections at least than at most',
      { endpoints: [A], pool: { minConnections: 5 } },
      'pool.minConnections: 5 is more than pool.maxConnections, 4',
    ],
    [
      'watermarks the wrong way round',
      { endpoints: [A], pool: { lowWatermark: 1_000 } },
      'pool.lowWatermark: 1000 is not less than pool.highWatermark, 1000',
    ],
    [
      'a backoff that shrinks',
      { endpoints: [A], reconnect: { initialBackoffMs: 70_000 } },
      'reconnect.initialBackoffMs: 70000 is more than reconnect.maxBackoffMs, 64000',
    ],
    [
      'a backoff of retries that shrinks',
      { endpoints: [A], retry: { initialBackoffMs: 50, maxBackoffMs: 20 } },
      'retry.initialBackoffMs: 50 is more than retry.maxBackoffMs, 20',
    ],
    [
      'a subset of nobody in particular',
      { endpoints: [A], balancing: { subsetSize: 20 } },
      'balancing.clientId: it is missing, and balancing.subsetSize, 20, needs it',
    ],
    [
      'a circuit that opens for ever less',
      { endpoints: [A], breaker: { openMs: 70_000 } },
      'breaker.openMs: 70000 is more than breaker.maxOpenMs, 60000',
    ],
    [
      'an ejection that shrinks',
      { endpoints: [A], ejection: { ejectionMs: 70_000 } },
      'ejection.ejectionMs: 70000 is more than ejection.maxEjectionMs, 60000',
    ],
  ])('do not go together: %s', (_case, input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });

  it('are each set by a test of the pool', () => {
    const specs = specsIn(import.meta.dirname) + specsIn('test/integration/pool');
    // When a pool starts is up to whoever owns it, the client, and tested there.
    const mine = pathsOf(poolOptionTable).filter((path) => path !== 'start');
    const isSet = (path: string): boolean =>
      new RegExp(`\\b${path.split('.').at(-1)!}(:|,| })`).test(specs);
    expect(mine.filter((path) => !isSet(path))).toEqual([]);
  });
});
