/** Options of Nest's TCP transport under their own names, so that a migration is one line. */
import type { OptionRule } from './options.js';
import { custom } from './options.js';

/** Another name of one of our options. */
export function stockName(
  rule: OptionRule<number>,
  name: string,
  of: string,
): OptionRule<number | undefined> {
  return { ...rule, defaultValue: undefined, description: `Nest’s name of \`${name}\`, ${of}.` };
}

/** An option that has no meaning here: giving it is refused with the reason. */
export function notSupported(reason: string): OptionRule<undefined> {
  const expected = `supported: ${reason}`;
  return custom({
    default: undefined,
    unit: 'none',
    expected,
    description: `Not ${expected}.`,
    accepts: () => false,
  });
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Accepts what has a method of that name, such as a serializer. */
export function hasMethod(name: string): (value: unknown) => boolean {
  return (value) =>
    isObject(value) && typeof (value as Record<string, unknown>)[name] === 'function';
}
