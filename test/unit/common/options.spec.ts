import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type {
  OptionRule,
  OptionsInput,
  OptionTable,
  ResolvedOptions,
} from '../../../lib/common/options.js';
import {
  choice,
  count,
  custom,
  durationMs,
  flag,
  group,
  printValue,
  ratio,
  resolveOptions,
  sizeBytes,
  optionalGroup,
  switchableGroup,
} from '../../../lib/common/options.js';

const heartbeatTable = {
  intervalMs: durationMs({ default: 5_000, min: 10, max: 60_000 }, 'Time between two pings.'),
  misses: count({ default: 3, min: 1, max: 10 }, 'Intervals of silence.'),
};

const table = {
  connectTimeoutMs: durationMs({ default: 1_000, min: 1, max: 3_600_000 }, 'How long.'),
  maxMessageBytes: sizeBytes({ default: 1_024, min: 64, max: 65_536 }, 'How large.'),
  maxConnections: count({ default: 4, min: 1, max: 100 }, 'How many.'),
  jitterRatio: ratio({ default: 0.1, min: 0, max: 0.5 }, 'How far.'),
  noDelay: flag(true, 'Whether.'),
  dialect: choice(['binary', 'nest-tcp'], 'binary', 'Which.'),
  codec: custom<{ name: string } | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object with a name',
    description: 'What.',
    accepts: (value) => typeof value === 'object' && value !== null && 'name' in value,
  }),
  pool: group({ minConnections: count({ default: 1, min: 0, max: 9 }, 'How few.') }, 'The pool.'),
  heartbeat: switchableGroup(heartbeatTable, 'The heartbeat.'),
};

const DEFAULTS = {
  connectTimeoutMs: 1_000,
  maxMessageBytes: 1_024,
  maxConnections: 4,
  jitterRatio: 0.1,
  noDelay: true,
  dialect: 'binary',
  codec: undefined,
  pool: { minConnections: 1 },
  heartbeat: { intervalMs: 5_000, misses: 3 },
};

describe('resolveOptions', () => {
  let problems: string[];

  const resolve = (input: unknown) => resolveOptions(table, input, problems);
  const problemsOf = (input: unknown): string[] => {
    problems = [];
    resolve(input);
    return problems;
  };

  beforeEach(() => {
    problems = [];
  });

  it.each([
    [undefined],
    [{}],
    [{ connectTimeoutMs: undefined, pool: undefined, heartbeat: undefined }],
  ])('takes the defaults where nothing is given: %j', (input) => {
    expect(resolve(input)).toEqual(DEFAULTS);
    expect(problems).toEqual([]);
  });

  it('takes what is given as it is', () => {
    const codec = { name: 'json' };
    const given = {
      connectTimeoutMs: 0.5 + 1,
      maxMessageBytes: 64,
      maxConnections: 100,
      jitterRatio: 0,
      noDelay: false,
      dialect: 'nest-tcp',
      codec,
      pool: { minConnections: 0 },
      heartbeat: { misses: 5 },
    };
    const resolved = resolve(given);
    expect(resolved).toEqual({ ...given, heartbeat: { intervalMs: 5_000, misses: 5 } });
    expect(resolved.codec).toBe(codec);
    expect(problems).toEqual([]);
  });

  it('gives options that are frozen, groups too, and leaves the input as it is', () => {
    const input = { pool: { minConnections: 2 } };
    const resolved = resolve(input);
    expect(Object.isFrozen(resolved) && Object.isFrozen(resolved.pool)).toBe(true);
    expect(Object.isFrozen(input) || Object.isFrozen(input.pool)).toBe(false);
    input.pool.minConnections = 3;
    expect(resolved.pool.minConnections).toBe(2);
  });

  it('lists every problem, with name, value and what is allowed', () => {
    const input = {
      connectTimeoutMs: -1,
      maxMessageBytes: '1k',
      maxConnections: 2.5,
      jitterRatio: 1,
      noDelay: 'yes',
      dialect: 'http',
      codec: [],
      pool: { minConnections: 10 },
      heartbeat: { intervalMs: Number.NaN, misses: null },
      retries: 3,
    };
    expect(problemsOf(input)).toEqual([
      'retries: there is no such option',
      'connectTimeoutMs: -1 is not a number of milliseconds from 1 to 3600000',
      "maxMessageBytes: '1k' is not a whole number of bytes from 64 to 65536",
      'maxConnections: 2.5 is not a whole number from 1 to 100',
      'jitterRatio: 1 is not a number from 0 to 0.5',
      "noDelay: 'yes' is not true or false",
      "dialect: 'http' is not 'binary' or 'nest-tcp'",
      'codec: [] is not an object with a name',
      'pool.minConnections: 10 is not a whole number from 0 to 9',
      'heartbeat.intervalMs: NaN is not a number of milliseconds from 10 to 60000',
      'heartbeat.misses: null is not a whole number from 1 to 10',
    ]);
  });

  it('names problems under the path it is given', () => {
    resolveOptions(table, { pool: { minConnections: -1 }, x: 1 }, problems, 'server.');
    expect(problems).toEqual([
      'server.x: there is no such option',
      'server.pool.minConnections: -1 is not a whole number from 0 to 9',
    ]);
  });

  it('resolves what is bad to its default, so that reading can go on', () => {
    expect(resolve({ maxConnections: 0, pool: 'large' })).toEqual(DEFAULTS);
  });

  it.each([
    ['connectTimeoutMs', [1, 1.5, 3_600_000], [0, 3_600_001, Infinity, -Infinity, '1', 1n, true]],
    ['maxMessageBytes', [64, 65_536], [63, 65_537, 100.5, Number.NaN, '64']],
    ['maxConnections', [1, 100], [0, 101, 1.5, null]],
    ['jitterRatio', [0, 0.5], [-0.1, 0.51, '0.1']],
    ['noDelay', [true, false], [0, 1, 'true', null]],
    ['dialect', ['binary', 'nest-tcp'], ['', 'BINARY', null, 1, ['binary']]],
    ['pool', [{}], [null, false, true, [], 'x', 1, () => {}]],
    ['heartbeat', [{}, false], [null, true, [], 'x', 0]],
  ])('of %s takes %j and refuses %o', (name, good, bad) => {
    for (const value of good) expect(problemsOf({ [name]: value })).toEqual([]);
    for (const value of bad) expect(problemsOf({ [name]: value }), String(value)).toHaveLength(1);
  });

  it('switches a group off with false, if it may be switched off', () => {
    expect(resolve({ heartbeat: false }).heartbeat).toBe(false);
    expect(problemsOf({ heartbeat: 1 })).toEqual([
      'heartbeat: 1 is not an object of options, or false',
    ]);
    expect(problemsOf({ pool: false })).toEqual(['pool: false is not an object of options']);
  });

  it('leaves an optional group off until an object switches it on', () => {
    const hedging = { hedge: optionalGroup(heartbeatTable, 'Hedging.') };
    const hedge = (given?: unknown): unknown => resolveOptions(hedging, given, []).hedge;
    expect([hedge(), hedge({}), hedge({ hedge: undefined }), hedge({ hedge: false })]).toEqual(
      Array(4).fill(false),
    );
    expect(hedge({ hedge: {} })).toEqual({ intervalMs: 5_000, misses: 3 });
    expect(hedge({ hedge: { misses: 2 } })).toEqual({ intervalMs: 5_000, misses: 2 });
  });

  it.each([
    ['maxConnection', 'maxConnections'],
    ['connectTimeout', 'connectTimeoutMs'],
    ['MAXCONNECTIONS', 'maxConnections'],
    ['conectTimeoutMs', 'connectTimeoutMs'],
    ['connectTimoeutMs', 'connectTimeoutMs'],
    ['heartbeats', 'heartbeat'],
  ])('for an unknown %s suggests %s', (unknown, known) => {
    expect(problemsOf({ [unknown]: undefined })).toEqual([
      `${unknown}: there is no such option (did you mean ${known}?)`,
    ]);
  });

  it.each(['retries', 'x', '', 'constructor', 'toString'])('suggests nothing for %j', (unknown) => {
    expect(problemsOf({ [unknown]: 1 })).toEqual([`${unknown}: there is no such option`]);
  });

  it('for an option outside of its group suggests the place inside', () => {
    expect(problemsOf({ minConnections: 1 })).toEqual([
      'minConnections: there is no such option (did you mean pool.minConnections?)',
    ]);
  });

  it('takes nothing from the prototype of a parsed text', () => {
    const parsed: unknown = JSON.parse('{"__proto__": {"maxConnections": 50}}');
    expect(resolve(parsed).maxConnections).toBe(4);
    expect(problems).toEqual(['__proto__: there is no such option']);
  });

  it.each([[null], [5], ['tcp://a:1'], [true], [[]], [['x']], [() => {}]])(
    'refuses %o in place of options',
    (input) => {
      expect(resolve(input)).toEqual(DEFAULTS);
      expect(problems).toEqual([`options: ${printValue(input)} is not an object of options`]);
      problems = [];
      resolveOptions(table, input, problems, 'server.');
      expect(problems).toEqual([`server: ${printValue(input)} is not an object of options`]);
    },
  );
});

describe('an option table', () => {
  it('describes every option: default, unit, what is allowed, and a sentence', () => {
    const rules: OptionRule<unknown>[] = Object.values(table);
    expect(rules.map((rule) => [rule.unit, rule.defaultValue])).toEqual([
      ['ms', 1_000],
      ['bytes', 1_024],
      ['count', 4],
      ['ratio', 0.1],
      ['flag', true],
      ['choice', 'binary'],
      ['object', undefined],
      ['group', undefined],
      ['group', undefined],
    ]);
    for (const rule of rules) expect(rule.expected && rule.description).not.toBe('');
  });

  it('types the input and the result', () => {
    type Input = OptionsInput<typeof table>;
    type Options = ResolvedOptions<typeof table>;
    expectTypeOf<Input['dialect']>().toEqualTypeOf<'binary' | 'nest-tcp' | undefined>();
    expectTypeOf<Options['dialect']>().toEqualTypeOf<'binary' | 'nest-tcp'>();
    expectTypeOf<{ pool: { minConnections: 2 }; heartbeat: false }>().toExtend<Input>();
    expectTypeOf<{ heartbeat: { misses: 2 } }>().toExtend<Input>();
    expectTypeOf<{ pool: false }>().not.toExtend<Input>();
    expectTypeOf<{ maxConnections: string }>().not.toExtend<Input>();
    expectTypeOf<Options['heartbeat']>().toEqualTypeOf<
      { readonly intervalMs: number; readonly misses: number } | false
    >();
    expectTypeOf(table).toExtend<OptionTable>();
  });
});

describe('printValue', () => {
  it.each([
    ['text', "'text'"],
    ['', "''"],
    ["it's", `"it's"`],
    ['two\nlines\u001b[31m', "'two\\nlines\\x1B[31m'"],
    ['x'.repeat(61), `'${'x'.repeat(57)}…'`],
    [undefined, 'undefined'],
    [null, 'null'],
    [-0.5, '-0.5'],
    [12n, '12n'],
    [Symbol('s'), 'Symbol(s)'],
    [{ secret: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [[1, 'two', [3], {}], "[1, 'two', an array, an object]"],
    [Array(9).fill(0), '[0, 0, 0, 0, 0, 0, 0, 0, …]'],
    [class Example {}, 'a function'],
  ])('prints %o on one short line', (value, printed) => {
    expect(printValue(value)).toBe(printed);
  });
});
