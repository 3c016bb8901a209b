/**
 * One table per component says what may be configured: default, range, unit and a sentence each.
 * The table is what validates, what types the options, and what the README's tables are checked
 * against. Values are never silently replaced by "better" ones: an option is taken as it is, or it is
 * a problem, and all problems of all tables are reported at once.
 */
import { inspect } from 'node:util';
import { closestName } from './closest-name.js';

/** How one option is read. */
export interface OptionRule<Value> {
  readonly defaultValue: Value;
  /** The unit for people: `ms`, `bytes`, `count`, `ratio`, `flag`, … */
  readonly unit: string;
  /** What is allowed, as it is written in error messages and in the README. */
  readonly expected: string;
  readonly description: string;
  readonly accepts: (value: unknown) => boolean;
  /** For a group of options: their own table. */
  readonly table?: OptionTable;
  /** For a group that may be switched off with `false`, and what it is when nothing is said of it. */
  readonly switch?: 'on' | 'off';
}

export type OptionTable = Readonly<Record<string, OptionRule<unknown>>>;

/** The options after {@link resolveOptions}: all there, all valid, frozen. */
export type ResolvedOptions<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionRule<infer Value> ? Value : never;
};

/** The options as a user writes them: any may be left out, groups may be partial. */
export type OptionsInput<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends GroupRule<infer Inner, infer Off>
    ? OptionsInput<Inner> | Off
    : Table[Name] extends OptionRule<infer Value>
      ? Value
      : never;
};

export interface GroupRule<Table extends OptionTable, Off> extends OptionRule<
  ResolvedOptions<Table> | Off
> {
  readonly table: Table;
}

const GROUP_EXPECTED = 'an object of options';

const isOptions = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWhole = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;

interface NumberRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A length of time in whole or fractional milliseconds. */
export function durationMs(range: NumberRange, description: string): OptionRule<number> {
  const { min, max } = range;
  return {
    defaultValue: range.default,
    unit: 'ms',
    expected: `a number of milliseconds from ${min} to ${max}`,
    description,
    accepts: (value) => typeof value === 'number' && value >= min && value <= max,
  };
}

/** A whole number of bytes. */
export function sizeBytes(range: NumberRange, description: string): OptionRule<number> {
  const { min, max } = range;
  const expected = `a whole number of bytes from ${min} to ${max}`;
  return {
    defaultValue: range.default,
    unit: 'bytes',
    expected,
    description,
    accepts: (value) => isWhole(value, min, max),
  };
}

/** A whole number of things. */
export function count(range: NumberRange, description: string): OptionRule<number> {
  const { min, max } = range;
  const expected = `a whole number from ${min} to ${max}`;
  return {
    defaultValue: range.default,
    unit: 'count',
    expected,
    description,
    accepts: (value) => isWhole(value, min, max),
  };
}

/** A share, 0 to 1 unless said otherwise. */
export function ratio(range: NumberRange, description: string): OptionRule<number> {
  const { min, max } = range;
  return {
    defaultValue: range.default,
    unit: 'ratio',
    expected: `a number from ${min} to ${max}`,
    description,
    accepts: (value) => typeof value === 'number' && value >= min && value <= max,
  };
}

export function flag(defaultValue: boolean, description: string): OptionRule<boolean> {
  return {
    defaultValue,
    unit: 'flag',
    expected: 'true or false',
    description,
    accepts: (value) => typeof value === 'boolean',
  };
}

export function choice<const Choice extends string>(
  choices: readonly Choice[],
  defaultValue: NoInfer<Choice>,
  description: string,
): OptionRule<Choice> {
  const expected = choices.map((each) => `'${each}'`).join(' or ');
  const accepts = (value: unknown): boolean => choices.includes(value as Choice);
  return { defaultValue, unit: 'choice', expected, description, accepts };
}

/** Anything that `accepts` says yes to: an object, a function, an address. */
export function custom<Value>(rule: {
  default: Value;
  unit: string;
  expected: string;
  description: string;
  accepts: (value: unknown) => boolean;
}): OptionRule<Value> {
  return { ...rule, defaultValue: rule.default };
}

/** Options that belong together, under a table of their own. */
export function group<Table extends OptionTable>(
  table: Table,
  description: string,
): GroupRule<Table, never> {
  return makeGroup(table, description) as GroupRule<Table, never>;
}

/** A group that `false` switches off as a whole. */
export function switchableGroup<Table extends OptionTable>(
  table: Table,
  description: string,
): GroupRule<Table, false> {
  return makeGroup(table, description, 'on') as GroupRule<Table, false>;
}

/** A group that is off until an object, which may be empty, switches it on. */
export function optionalGroup<Table extends OptionTable>(
  table: Table,
  description: string,
): GroupRule<Table, false> {
  return makeGroup(table, description, 'off') as GroupRule<Table, false>;
}

function makeGroup(
  table: OptionTable,
  description: string,
  initially?: 'on' | 'off',
): OptionRule<unknown> {
  return {
    defaultValue: undefined,
    unit: 'group',
    expected: initially === undefined ? GROUP_EXPECTED : `${GROUP_EXPECTED}, or false`,
    description,
    accepts: (value) => isOptions(value) || (initially !== undefined && value === false),
    table,
    switch: initially,
  };
}

/**
 * Reads what a user gave against a table. Absent and `undefined` options take their default; unknown
 * names and bad values are added to `problems`, one sentence each, and reading goes on, so that one
 * error can list them all.
 *
 * @param path prefix of the names in problems, such as `pool.`
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  input: unknown,
  problems: string[],
  path = '',
): ResolvedOptions<Table> {
  if (input !== undefined && !isOptions(input)) {
    problems.push(
      `${path.slice(0, -1) || 'options'}: ${printValue(input)} is not ${GROUP_EXPECTED}`,
    );
  }
  const given = isOptions(input) ? input : {};
  const resolved: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name))
      problems.push(`${path}${name}: there is no such option${suggestion(table, name)}`);
  }
  for (const [name, rule] of Object.entries(table)) {
    resolved[name] = resolveOption(rule, given[name], problems, `${path}${name}`);
  }
  return Object.freeze(resolved) as ResolvedOptions<Table>;
}

function resolveOption(
  rule: OptionRule<unknown>,
  value: unknown,
  problems: string[],
  path: string,
): unknown {
  if (value !== undefined && !rule.accepts(value)) {
    problems.push(`${path}: ${printValue(value)} is not ${rule.expected}`);
    value = undefined;
  }
  if (rule.table === undefined) return value === undefined ? rule.defaultValue : value;
  const isOff = value === false || (value === undefined && rule.switch === 'off');
  return isOff ? false : resolveOptions(rule.table, value, problems, `${path}.`);
}

function suggestion(table: OptionTable, name: string): string {
  const names = Object.keys(table);
  const home = names.find((each) => Object.hasOwn(table[each]?.table ?? {}, name));
  const close = home === undefined ? closestName(name, names) : `${home}.${name}`;
  return close === undefined ? '' : ` (did you mean ${close}?)`;
}

const MAX_ITEMS = 8;

/** A value for an error message: short, on one line, and never throwing. */
export function printValue(value: unknown): string {
  if (typeof value === 'string')
    return inspect(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (Array.isArray(value)) return printArray(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : inspect(value);
}

function printArray(values: readonly unknown[]): string {
  const items = values
    .slice(0, MAX_ITEMS)
    .map((each) => (Array.isArray(each) ? 'an array' : printValue(each)));
  if (values.length > MAX_ITEMS) items.push('…');
  return `[${items.join(', ')}]`;
}
