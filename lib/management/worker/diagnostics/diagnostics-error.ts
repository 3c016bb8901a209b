/**
 * `invalid`: what was asked for makes no sense. `busy`: the same runs already, ask later. `timeout`: the
 * service's thread did not answer, as it runs no JavaScript. `unavailable`: not in this process, as when
 * Node was built, or is allowed to run, without an inspector.
 */
export type DiagnosticsFailure = 'invalid' | 'busy' | 'timeout' | 'unavailable';

/** Why a diagnosis could not be made. */
export class DiagnosticsError extends Error {
  override readonly name = 'DiagnosticsError';

  constructor(
    readonly failure: DiagnosticsFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
