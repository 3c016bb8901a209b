import type { ConnectionPeer } from '../connection/connection-peer.js';
import { TokenBucket, TokenBuckets } from '../resilience/token-bucket.js';
import type { RateLimitOptions } from './admission-options.js';

/** Somebody is over a rate. */
export interface RateExcess {
  /** Until there is room for one more, in ms. */
  readonly retryAfterMs: number;
  /** Whose rate, in words. */
  readonly message: string;
}

/** Holds peers and patterns to their rates. */
export class RateLimits {
  readonly #peers: TokenBuckets | undefined;
  readonly #patterns = new Map<string, TokenBucket>();

  constructor({ perPeer, maxPeers, patterns }: RateLimitOptions, now: number) {
    if (perPeer !== false) this.#peers = new TokenBuckets(perPeer, maxPeers);
    for (const [pattern, rate] of Object.entries(patterns))
      this.#patterns.set(pattern, new TokenBucket(rate, now));
  }

  /** Whether there is a rate at all. */
  static isNeeded({ perPeer, patterns }: RateLimitOptions): boolean {
    return perPeer !== false || Object.keys(patterns).length > 0;
  }

  /** A request or event came. `undefined` when it may pass. The peer comes first: it pays for what it tries. */
  exceeds(peer: ConnectionPeer, pattern: string, now: number): RateExcess | undefined {
    if (this.#peers !== undefined) {
      const name = peer.peerName ?? (peer.host || 'unix');
      const retryAfterMs = this.#peers.take(name, now);
      if (retryAfterMs > 0) return { retryAfterMs, message: `${name} is over its rate` };
    }
    const retryAfterMs = this.#patterns.get(pattern)?.take(now) ?? 0;
    return retryAfterMs > 0 ? { retryAfterMs, message: 'the pattern is over its rate' } : undefined;
  }
}
