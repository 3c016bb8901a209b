import type { ConfigurableModuleAsyncOptions, DynamicModule } from '@nestjs/common';
import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import {
  asyncClientProviders,
  checkNames,
  checkWays,
  clientProviders,
  exportedTokens,
} from './client-providers.js';
import {
  asyncExclusiveProvider,
  exclusiveModule,
  exclusiveProvider,
} from './exclusive-providers.js';
import type {
  ExclusivePoolAsyncDefinition,
  ExclusivePoolDefinition,
  SocketPoolClientAsyncDefinition,
  SocketPoolClientDefinition,
  SocketPoolClientGroup,
  SocketPoolDefaults,
  SocketPoolOptionsFactory,
} from './module-options.js';
import { SocketPoolCoreModule } from './socket-pool-core.module.js';
import { SOCKET_POOL_DEFAULTS } from './socket-pool.tokens.js';

const FACTORY_METHOD = 'createSocketPoolOptions' satisfies keyof SocketPoolOptionsFactory;

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<SocketPoolDefaults>({
  optionsInjectionToken: SOCKET_POOL_DEFAULTS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName(FACTORY_METHOD)
  // Global, because every `register` is a module of its own that has to see the defaults.
  .setExtras({}, (definition) => ({
    ...definition,
    global: true,
    exports: [SOCKET_POOL_DEFAULTS],
  }))
  .build();

/**
 * Clients of services by name, and the shutdown in the right order: servers are drained before any
 * provider is destroyed, and pools are closed after the servers.
 *
 * ```ts
 * SocketPoolModule.forRoot({ deadlineMs: 5_000 });
 * SocketPoolModule.register([{ name: 'orders', endpoints: ['tcp://10.0.0.1:4000'] }]);
 * ```
 *
 * A service without clients imports it for the drain: `imports: [SocketPoolModule]`.
 */
@Module({ imports: [SocketPoolCoreModule] })
export class SocketPoolModule extends ConfigurableModuleClass {
  /** Defaults for all clients of the application. */
  static override forRoot(defaults: SocketPoolDefaults = {}): DynamicModule {
    return super.forRoot(defaults);
  }

  /** As `forRoot`, for defaults that others make. */
  static override forRootAsync(
    options: ConfigurableModuleAsyncOptions<SocketPoolDefaults, typeof FACTORY_METHOD>,
  ): DynamicModule {
    return super.forRootAsync(options);
  }

  /**
   * Named clients, each with its pool, for the module that imports this one.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` for names that are missing or given twice
   */
  static register(
    clients:
      readonly SocketPoolClientDefinition[] | SocketPoolClientGroup<SocketPoolClientDefinition>,
  ): DynamicModule {
    const { definitions, isGlobal } = readGroup(clients);
    checkNames(definitions, 'register');
    return {
      module: SocketPoolModule,
      global: isGlobal,
      providers: definitions.flatMap(clientProviders),
      exports: exportedTokens(definitions),
    };
  }

  /** As `register`, for options that others make. */
  static registerAsync(
    clients:
      | readonly SocketPoolClientAsyncDefinition[]
      | SocketPoolClientGroup<SocketPoolClientAsyncDefinition>,
  ): DynamicModule {
    const { definitions, isGlobal } = readGroup(clients);
    checkNames(definitions, 'registerAsync');
    checkWays(definitions);
    return {
      module: SocketPoolModule,
      global: isGlobal,
      imports: [...new Set(definitions.flatMap(({ imports = [] }) => imports))],
      providers: definitions.flatMap(asyncClientProviders),
      exports: exportedTokens(definitions),
    };
  }

  /**
   * Named pools for protocols that cannot multiplex, for the module that imports this one; injected with
   * `@InjectExclusivePool(name)`, and closed with the application.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` for names that are missing or given twice
   */
  static registerExclusive(
    // oxlint-disable-next-line typescript/no-explicit-any
    pools: readonly ExclusivePoolDefinition<any>[],
  ): DynamicModule {
    checkNames(pools, 'registerExclusive', 'pools');
    return exclusiveModule(SocketPoolModule, pools.map(exclusiveProvider));
  }

  /** As `registerExclusive`, for options that a factory makes. */
  static registerExclusiveAsync(
    // oxlint-disable-next-line typescript/no-explicit-any
    pools: readonly ExclusivePoolAsyncDefinition<any>[],
  ): DynamicModule {
    checkNames(pools, 'registerExclusiveAsync', 'pools');
    const imports = [...new Set(pools.flatMap((each) => each.imports ?? []))];
    return exclusiveModule(SocketPoolModule, pools.map(asyncExclusiveProvider), imports);
  }
}

function readGroup<Definition>(
  clients: readonly Definition[] | SocketPoolClientGroup<Definition>,
): { definitions: readonly Definition[]; isGlobal: boolean } {
  if ('clients' in clients) {
    return { definitions: clients.clients, isGlobal: clients.isGlobal === true };
  }
  return { definitions: clients, isGlobal: false };
}
