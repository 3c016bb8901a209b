import type { SocketPoolClientOptions } from '../client/client-options.js';
import { clientOptionTable } from '../client/client-options.js';
import type { OptionTable } from '../common/options.js';
import type { SocketPoolDefaults } from './module-options.js';

type Options = Readonly<Record<string, unknown>>;

/** The ways to say where a service is; one of them leaves no place for the others. */
const ADDRESS_WAYS: readonly (readonly string[])[] = [
  ['endpoints'],
  ['discovery'],
  ['host', 'port'],
];

const isGroup = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The options of one client over the defaults of all. Groups are joined option by option; an option
 * that is given as `undefined` takes away its default.
 */
export function withDefaults(
  defaults: SocketPoolDefaults,
  own: SocketPoolClientOptions,
): SocketPoolClientOptions {
  return joinOptions(
    clientOptionTable,
    withoutOtherAddresses(defaults as Options, own as Options),
    own as Options,
  );
}

function joinOptions(table: OptionTable, defaults: Options, own: Options): Options {
  const joined: Record<string, unknown> = { ...defaults, ...own };
  for (const name of Object.keys(own)) {
    const inner = Object.hasOwn(table, name) ? table[name].table : undefined;
    const [usual, given] = [defaults[name], own[name]];
    if (inner !== undefined && isGroup(usual) && isGroup(given)) {
      joined[name] = joinOptions(inner, usual, given);
    }
  }
  return joined;
}

function withoutOtherAddresses(defaults: Options, own: Options): Options {
  const used = ADDRESS_WAYS.filter((names) => names.some((name) => own[name] !== undefined));
  if (used.length === 0) return defaults;
  const others = new Set(ADDRESS_WAYS.filter((names) => !used.includes(names)).flat());
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !others.has(name)));
}
