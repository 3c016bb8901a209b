import type { DynamicModule, Type } from '@nestjs/common';

/** What a file of the user's may offer as its default export. */
export type OwnModule = Type | DynamicModule;

/**
 * The user's own module for the management application.
 *
 * @param url of its file; `undefined` when there is none
 * @throws Error when the file cannot be loaded, or has no default export
 */
export async function loadOwnModule(url: string | undefined): Promise<OwnModule | undefined> {
  if (url === undefined) return undefined;
  try {
    const { default: own } = (await import(url)) as { readonly default?: OwnModule };
    if (own === undefined) throw new Error('it has no default export');
    return own;
  } catch (error) {
    throw new Error(`controllers: ${url} cannot be used: ${String(error)}`, { cause: error });
  }
}
