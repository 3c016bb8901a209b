import type { DynamicModule, FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { resolveOptions } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import { ApplicationService } from './application-service.js';
import { ManagementControl } from './management.control.js';
import { ManagementEdgeModule } from './management-edge.module.js';
import type { ManagementOptions, ManagementOptionsInput } from './management-options.js';
import { checkManagementOptions, managementOptionTable } from './management-options.js';
import { MANAGEMENT_OPTIONS } from './management.tokens.js';

// The entry point `nestjs-socket-pool/management` is this file.
export { ManagementControl } from './management.control.js';
export type { IndicatorFunction } from './indicator-board.js';
export type { ManagementOptionsInput } from './management-options.js';

/** Begins before all other modules, and ends after them: the port answers while they start and stop. */
const OUTERMOST = Number.MAX_VALUE;

/** Options that others make. */
export interface ManagementAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly useFactory: (...args: any[]) => ManagementOptionsInput | Promise<ManagementOptionsInput>;
  readonly inject?: FactoryProvider['inject'];
}

/**
 * A management application beside the service: probes, control, metrics, diagnosis and a page for people,
 * on a port of its own, in a thread of its own, so that it answers when the service's event loop does not.
 *
 * ```ts
 * @Module({ imports: [ManagementModule.forRoot({ port: 9400 })] })
 * export class AppModule {}
 * ```
 *
 * It finds the running servers and pools by itself, in a microservice, a hybrid application and one that
 * only speaks HTTP alike. Needs `@nestjs/platform-express` and `@nestjs/terminus`.
 */
@Module({ imports: [ManagementEdgeModule] })
export class ManagementModule {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    for (const module of modules.values()) {
      if (module.metatype === ManagementModule) module.distance = OUTERMOST;
    }
  }

  /** @throws SocketPoolError `INVALID_OPTIONS` that lists every option that is unknown or out of range */
  static forRoot(options: ManagementOptionsInput = {}): DynamicModule {
    return define({ provide: MANAGEMENT_OPTIONS, useValue: resolveManagementOptions(options) });
  }

  /** As `forRoot`, for options that others make. */
  static forRootAsync(options: ManagementAsyncOptions): DynamicModule {
    const { imports, inject = [], useFactory } = options;
    const provider: FactoryProvider<ManagementOptions> = {
      provide: MANAGEMENT_OPTIONS,
      inject,
      useFactory: async (...args: unknown[]) => resolveManagementOptions(await useFactory(...args)),
    };
    return { ...define(provider), imports };
  }
}

function define(options: NonNullable<DynamicModule['providers']>[number]): DynamicModule {
  return {
    module: ManagementModule,
    global: true,
    providers: [options, ApplicationService, ManagementControl],
    exports: [ManagementControl],
  };
}

function resolveManagementOptions(input: ManagementOptionsInput): ManagementOptions {
  const problems: string[] = [];
  const options = resolveOptions(managementOptionTable, input, problems);
  if (problems.length === 0) checkManagementOptions(options, problems);
  if (problems.length > 0) throw invalidOptionsError('ManagementModule', problems);
  return options;
}
