import type { Random } from '../common/random.js';
import { IDEMPOTENCY_KEY } from '../protocol/metadata.js';
import type { CallRequest } from './call.js';
import { PatternSet } from './pattern-set.js';
import type { PoolOptions } from './pool-options.js';

/** What decides whether a call may run twice. */
type Declared = Pick<CallRequest, 'pattern' | 'isPatternJson' | 'idempotent'>;

/**
 * Which calls may run twice, and the keys by which a server knows their attempts. The nearer word
 * counts: that of the call, then that of the pool.
 */
export class Idempotency {
  readonly #isUsual: boolean;
  readonly #patterns: PatternSet;
  readonly #hasKeys: boolean;
  /** 128 random bits: no other pool has the same. */
  readonly #prefix: string;
  #lastKey = 0;

  constructor({ retry }: Pick<PoolOptions, 'retry'>, random: Random) {
    this.#isUsual = retry.idempotent;
    this.#patterns = new PatternSet(retry.idempotentPatterns);
    this.#hasKeys = retry.idempotencyKeys;
    this.#prefix = retry.idempotencyKeys ? randomText(random) : '';
  }

  covers({ pattern, isPatternJson, idempotent }: Declared): boolean {
    return idempotent ?? (this.#isUsual || this.#patterns.has(pattern, isPatternJson));
  }

  /** The request as it travels: with a key, if it is to have one and has none of the caller's. */
  keyed(request: CallRequest): CallRequest {
    if (!this.#hasKeys || !this.covers(request)) return request;
    if (request.metadata?.[IDEMPOTENCY_KEY] !== undefined) return request;
    const key = `${this.#prefix}-${(++this.#lastKey).toString(36)}`;
    return { ...request, metadata: { ...request.metadata, [IDEMPOTENCY_KEY]: key } };
  }
}

function randomText(random: Random): string {
  const word = (): string => Math.floor(random() * 2 ** 32).toString(36);
  return Array.from({ length: 4 }, word).join('');
}
