import type { DynamicModule, FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { ExclusivePoolOptionsInput } from '../pool/exclusive/exclusive-options.js';
import { createExclusivePool } from '../pool/exclusive/create-exclusive-pool.js';
import { ExclusiveRegistry } from './exclusive-registry.js';
import type { ExclusivePoolAsyncDefinition, ExclusivePoolDefinition } from './module-options.js';
import { proxySafe } from './proxy-safe-pool.js';
import { getExclusivePoolToken } from './socket-pool.tokens.js';

type Options = Omit<ExclusivePoolOptionsInput<unknown>, 'name'>;

/** A pool, for options that are there. */
export function exclusiveProvider<Resource>({
  name,
  ...options
}: ExclusivePoolDefinition<Resource>): FactoryProvider {
  return providerOf(name, () => options as Options);
}

/** A pool, for options that others make. */
export function asyncExclusiveProvider<Resource>(
  definition: ExclusivePoolAsyncDefinition<Resource>,
): FactoryProvider {
  const { name, useFactory, inject } = definition;
  return providerOf(name, useFactory as (...args: unknown[]) => Promise<Options>, inject);
}

export function exclusiveModule(
  module: Type,
  providers: readonly FactoryProvider[],
  imports: ModuleMetadata['imports'] = [],
): DynamicModule {
  const exported = providers.map(({ provide }) => provide);
  return { module, imports, providers: [...providers], exports: exported };
}

function providerOf(
  name: string,
  optionsOf: (...args: unknown[]) => Options | Promise<Options>,
  inject: FactoryProvider['inject'] = [],
): FactoryProvider {
  return {
    provide: getExclusivePoolToken(name),
    useFactory: async (registry: ExclusiveRegistry, ...args: unknown[]) => {
      const options = await optionsOf(...args);
      return proxySafe(registry.add(name, () => createExclusivePool({ ...options, name })));
    },
    inject: [ExclusiveRegistry, ...inject],
  };
}
