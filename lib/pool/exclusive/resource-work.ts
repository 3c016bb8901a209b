import type { Clock } from '../../common/clock.js';
import type { Endpoint } from '../../discovery/endpoint.js';
import { lateWorkError } from './exclusive-errors.js';
import { limitedWork } from './limited-work.js';
import type { LinkResource, ResourceContext } from './link-resource.js';

export interface ResourceWorkOptions<Resource> {
  readonly clock: Clock;
  readonly endpoint: Endpoint;
  readonly resource: LinkResource<Resource>;
  readonly connectTimeoutMs: number;
  readonly workTimeoutMs: number;
}

/** Runs the user's code for one link, one piece at a time, each under its time limit. */
export class ResourceWork<Resource> {
  readonly #options: ResourceWorkOptions<Resource>;
  #abort = new AbortController();

  constructor(options: ResourceWorkOptions<Resource>) {
    this.#options = options;
  }

  get canValidate(): boolean {
    return this.#options.resource.validate !== undefined;
  }

  get canReset(): boolean {
    return this.#options.resource.reset !== undefined;
  }

  /** Ends the wait for what runs, which is told by its signal. */
  abort(error: Error): void {
    this.#abort.abort(error);
  }

  /** Everything until the link can be used. @param work what of it is not the user's */
  async open(
    work: (context: ResourceContext) => Promise<void>,
    lateError: () => Error,
  ): Promise<void> {
    const { clock, connectTimeoutMs: timeoutMs, endpoint } = this.#options;
    const abort = this.#abort;
    await limitedWork({ clock, timeoutMs, abort, lateError }, (signal) =>
      work({ signal, endpoint }),
    );
    abort.signal.throwIfAborted();
  }

  async validate(value: Resource): Promise<boolean> {
    const { resource } = this.#options;
    const isGood = await this.#run('validate', (context) => resource.validate?.(value, context));
    return isGood === true;
  }

  async reset(value: Resource): Promise<void> {
    const { resource } = this.#options;
    await this.#run('reset', (context) => resource.reset?.(value, context));
  }

  /** Never rejects: the link goes in any case, and that it could not be left in order changes nothing. */
  async part(value: Resource): Promise<void> {
    const { resource } = this.#options;
    if (resource.destroy === undefined) return;
    await this.#run('destroy', (context) => resource.destroy?.(value, context)).catch(
      () => undefined,
    );
  }

  #run<Result>(
    what: string,
    work: (context: ResourceContext) => Result | PromiseLike<Result>,
  ): Promise<Result> {
    const { clock, workTimeoutMs: timeoutMs, endpoint } = this.#options;
    this.#abort = new AbortController();
    const lateError = (): Error => lateWorkError(what, endpoint.address, timeoutMs);
    const limit = { clock, timeoutMs, abort: this.#abort, lateError };
    return limitedWork(limit, (signal) => work({ signal, endpoint }));
  }
}
