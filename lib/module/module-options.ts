import type {
  FactoryProvider,
  InjectionToken,
  ModuleMetadata,
  Provider,
  Type,
} from '@nestjs/common';
import type { SocketPoolClientOptions } from '../client/client-options.js';
import type { ExclusivePoolOptionsInput } from '../pool/exclusive/exclusive-options.js';
import type { LinkStream } from '../pool/exclusive/link-resource.js';

/** What `forRoot` takes: options that hold for every client which does not say otherwise. */
export type SocketPoolDefaults = Omit<SocketPoolClientOptions, 'name'>;

/** A client of `register`: its options, under a name. */
export interface SocketPoolClientDefinition extends SocketPoolClientOptions {
  /** By this name it is injected, and appears in logs, health and metrics. Unique in the application. */
  readonly name: string;
}

/** A class that makes the options of a client, for `useClass` and `useExisting`. */
export interface SocketPoolOptionsFactory {
  createSocketPoolOptions(): SocketPoolDefaults | Promise<SocketPoolDefaults>;
}

/** A client of `registerAsync`: how its options are made, under a name. Exactly one of the three `use…`. */
export interface SocketPoolClientAsyncDefinition extends Pick<ModuleMetadata, 'imports'> {
  readonly name: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly useFactory?: (...args: any[]) => SocketPoolDefaults | Promise<SocketPoolDefaults>;
  readonly inject?: FactoryProvider['inject'];
  readonly useClass?: Type<SocketPoolOptionsFactory>;
  readonly useExisting?: InjectionToken<SocketPoolOptionsFactory>;
  /** Providers that only the factory needs. */
  readonly extraProviders?: Provider[];
}

/** An exclusive pool of `registerExclusive`: its options, under a name. */
export type ExclusivePoolDefinition<Resource = LinkStream> = Omit<
  ExclusivePoolOptionsInput<Resource>,
  'name'
> & {
  /** By this name it is injected, and appears in logs, health and metrics. Unique in the application. */
  readonly name: string;
};

/** An exclusive pool of `registerExclusiveAsync`: how its options are made, under a name. */
export interface ExclusivePoolAsyncDefinition<Resource = LinkStream> extends Pick<
  ModuleMetadata,
  'imports'
> {
  readonly name: string;
  readonly useFactory: (
    // oxlint-disable-next-line typescript/no-explicit-any
    ...args: any[]
  ) => MaybePromise<Omit<ExclusivePoolOptionsInput<Resource>, 'name'>>;
  readonly inject?: FactoryProvider['inject'];
}

type MaybePromise<Value> = Value | Promise<Value>;

/** Several clients at once, for the importing module only or for the whole application. */
export interface SocketPoolClientGroup<Definition> {
  readonly clients: readonly Definition[];
  /** Default `false`. */
  readonly isGlobal?: boolean;
}
