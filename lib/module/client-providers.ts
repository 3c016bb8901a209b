import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';
import { SocketPoolClient } from '../client/socket-pool-client.js';
import { printValue } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import { ClientRegistry } from './client-registry.js';
import type {
  SocketPoolClientAsyncDefinition,
  SocketPoolClientDefinition,
  SocketPoolDefaults,
  SocketPoolOptionsFactory,
} from './module-options.js';
import { withDefaults } from './option-defaults.js';
import { proxySafe } from './proxy-safe-pool.js';
import {
  getSocketPoolClientToken,
  getSocketPoolToken,
  SOCKET_POOL_DEFAULTS,
} from './socket-pool.tokens.js';

const NOUNS = { clients: 'client', pools: 'pool' } as const;
const WAYS = ['useFactory', 'useClass', 'useExisting'] as const;

/** The tokens that the providers of some clients are exported by. */
export function exportedTokens(
  definitions: readonly { readonly name: string }[],
): InjectionToken[] {
  return definitions.flatMap(({ name }) => [
    getSocketPoolClientToken(name),
    getSocketPoolToken(name),
  ]);
}

/** A client and its pool, for options that are there. */
export function clientProviders({ name, ...options }: SocketPoolClientDefinition): Provider[] {
  return [{ provide: optionsToken(name), useValue: options }, ...providersOf(name)];
}

/** A client and its pool, for options that others make. */
export function asyncClientProviders(definition: SocketPoolClientAsyncDefinition): Provider[] {
  const { name, extraProviders = [], useClass } = definition;
  const makers: Provider[] = useClass === undefined ? [] : [useClass];
  return [...extraProviders, ...makers, optionsProvider(definition), ...providersOf(name)];
}

/** @throws SocketPoolError `INVALID_OPTIONS` for names that are missing or given twice */
export function checkNames(
  definitions: readonly unknown[],
  method: string,
  list: 'clients' | 'pools' = 'clients',
): void {
  const problems: string[] = [];
  const seen = new Set<unknown>();
  for (const [index, definition] of definitions.entries()) {
    const name = (definition as { name?: unknown } | null | undefined)?.name;
    if (typeof name !== 'string' || name === '') {
      problems.push(
        `${list}[${index}].name: ${printValue(name)} is not the name of a ${NOUNS[list]}`,
      );
    } else if (seen.has(name)) {
      problems.push(`${list}[${index}].name: ${printValue(name)} is given twice`);
    }
    seen.add(name);
  }
  if (problems.length > 0) throw invalidOptionsError(`SocketPoolModule.${method}`, problems);
}

/** @throws SocketPoolError `INVALID_OPTIONS` unless exactly one way to make the options is given */
export function checkWays(definitions: readonly SocketPoolClientAsyncDefinition[]): void {
  const problems = definitions
    .filter((each) => WAYS.filter((way) => each[way] !== undefined).length !== 1)
    .map(({ name }) => `${name}: exactly one of ${WAYS.join(', ')} is needed`);
  if (problems.length > 0) throw invalidOptionsError('SocketPoolModule.registerAsync', problems);
}

function optionsToken(name: string): string {
  return `SocketPoolClientOptions(${name})`;
}

function optionsProvider(definition: SocketPoolClientAsyncDefinition): FactoryProvider {
  const { name, useFactory, inject, useClass, useExisting } = definition;
  const provide = optionsToken(name);
  if (useFactory !== undefined) return { provide, useFactory, inject: inject ?? [] };
  return {
    provide,
    useFactory: (factory: SocketPoolOptionsFactory) => factory.createSocketPoolOptions(),
    inject: [(useExisting ?? useClass) as InjectionToken],
  };
}

function providersOf(name: string): FactoryProvider[] {
  return [
    {
      provide: getSocketPoolClientToken(name),
      useFactory: (
        options: SocketPoolDefaults,
        registry: ClientRegistry,
        defaults: SocketPoolDefaults = {},
      ) =>
        registry.add(
          name,
          () => new SocketPoolClient({ ...withDefaults(defaults, options), name }),
        ),
      inject: [optionsToken(name), ClientRegistry, { token: SOCKET_POOL_DEFAULTS, optional: true }],
    },
    {
      provide: getSocketPoolToken(name),
      useFactory: (client: SocketPoolClient) => proxySafe(client.pool),
      inject: [getSocketPoolClientToken(name)],
    },
  ];
}
