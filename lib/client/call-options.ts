import type { OptionRule, OptionsInput } from '../common/options.js';
import { custom, durationMs, flag, resolveOptions } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { Metadata } from '../protocol/frame.js';
import { isMetadata } from '../protocol/metadata.js';

const MAX_IDEMPOTENCY_KEY_LENGTH = 200;
const MAX_DEADLINE_MS = 2 ** 31 - 1;
const MAX_STICKY_KEY_LENGTH = 1_000;

const isTextUpTo =
  (length: number) =>
  (value: unknown): boolean =>
    typeof value === 'string' && value.length > 0 && value.length <= length;

const deadlineMs: OptionRule<number | undefined> = {
  ...durationMs(
    { default: 0, min: 0, max: MAX_DEADLINE_MS },
    'How long the call may take in all; 0 sets no limit. Without it the limit of the pool holds.',
  ),
  defaultValue: undefined,
};

/** What one call may ask for, apart from the others. */
export const callOptionTable = {
  deadlineMs,
  metadata: custom<Metadata | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an object',
    description: 'Travels beside the data; the handler finds it in its context.',
    accepts: isMetadata,
  }),
  idempotent: flag(
    false,
    'Running the call twice does no harm, so that it may be sent again where it is not known to have run.',
  ),
  inherit: flag(
    true,
    'Inside a handler: takes over what the `inherit` of the client says. `false` for a call that is to outlive the request.',
  ),
  idempotencyKey: custom<string | undefined>({
    default: undefined,
    unit: 'text',
    expected: `a text of 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} characters`,
    description:
      'Travels with the call and all its attempts; a server with a dedup window runs a key once.',
    accepts: isTextUpTo(MAX_IDEMPOTENCY_KEY_LENGTH),
  }),
  stickyKey: custom<string | undefined>({
    default: undefined,
    unit: 'text',
    expected: `a text of 1 to ${MAX_STICKY_KEY_LENGTH} characters`,
    description:
      'Calls of the same key go to the same endpoint, as long as it is there and not overloaded.',
    accepts: isTextUpTo(MAX_STICKY_KEY_LENGTH),
  }),
};

/** What a record asks for, beside its data. */
export type RecordOptions = OptionsInput<typeof callOptionTable>;

/** What `request()` and `stream()` take. */
export interface CallOptions extends RecordOptions {
  /** Gives the call up: it fails with `CANCELLED`, and the server ends its work. */
  readonly signal?: AbortSignal;
}

const isSignal = (value: unknown): boolean => value instanceof AbortSignal;

const allOptionsTable = {
  ...callOptionTable,
  signal: custom<AbortSignal | undefined>({
    default: undefined,
    unit: 'object',
    expected: 'an AbortSignal',
    description: 'Gives the call up.',
    accepts: isSignal,
  }),
};

/**
 * Checks what was given for one call. Quick for options in order, because this is on the data path.
 *
 * @throws SocketPoolError `INVALID_OPTIONS` that lists every problem
 */
export function checkCallOptions(options: CallOptions, component: string): void {
  if (isInOrder(options)) return;
  const problems: string[] = [];
  resolveOptions(allOptionsTable, options, problems);
  throw invalidOptionsError(component, problems);
}

function isInOrder(options: CallOptions): boolean {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(allOptionsTable, name)) return false;
    const value = options[name as keyof CallOptions];
    if (value !== undefined && !allOptionsTable[name as keyof CallOptions].accepts(value))
      return false;
  }
  return true;
}
