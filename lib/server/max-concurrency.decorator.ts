import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { count, durationMs, resolveOptions } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';

/** The key of a handler's extras under which its limit is found. */
export const MAX_CONCURRENCY = 'maxConcurrency';

export const maxConcurrencyOptionTable = {
  limit: count(
    { default: 1, min: 1, max: 1_000_000 },
    'How many requests the handler works on at once.',
  ),
  maxQueued: count(
    { default: 0, min: 0, max: 1_000_000 },
    'How many more may wait for their turn.',
  ),
  maxQueueMs: durationMs({ default: 100, min: 10, max: 60_000 }, 'How long each of them may wait.'),
  retryAfterMs: durationMs(
    { default: 100, min: 0, max: 60_000 },
    'How long a caller that is refused is asked to leave this instance alone.',
  ),
};

export type MaxConcurrency = ResolvedOptions<typeof maxConcurrencyOptionTable>;

/** What may be said beside the limit. */
export type MaxConcurrencyOptions = Omit<OptionsInput<typeof maxConcurrencyOptionTable>, 'limit'>;

/**
 * Bounds how many requests a handler works on at once; a few more may wait, the rest is rejected, safe to send
 * elsewhere. For a handler of several patterns the bound is for all of them together.
 *
 * ```ts
 * @MaxConcurrency(4, { maxQueued: 16 })
 * @MessagePattern('report.render')
 * render(@Payload() order: Order) { … }
 * ```
 *
 * The same can be said in the extras of the pattern: `@MessagePattern('report.render', { maxConcurrency: 4 })`.
 *
 * @throws SocketPoolError `INVALID_OPTIONS` when a value is out of its range
 */
export function MaxConcurrency(
  limit: number,
  options: MaxConcurrencyOptions = {},
): MethodDecorator {
  const maxConcurrency = readMaxConcurrency({ ...options, limit }, '@MaxConcurrency()');
  return (_target, _key, descriptor) => {
    const handler = descriptor.value as object;
    const extras = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, handler) as object | undefined;
    const own = { ...extras, [MAX_CONCURRENCY]: maxConcurrency };
    Reflect.defineMetadata(PATTERN_EXTRAS_METADATA, own, handler);
  };
}

/**
 * Reads a limit as it may stand in extras: a number, or its options.
 *
 * @throws SocketPoolError `INVALID_OPTIONS`
 */
export function readMaxConcurrency(given: unknown, component: string): MaxConcurrency {
  const problems: string[] = [];
  const input = typeof given === 'object' ? given : { limit: given };
  const limits = resolveOptions(maxConcurrencyOptionTable, input, problems);
  if (problems.length > 0) throw invalidOptionsError(component, problems);
  return limits;
}
