import type { Metadata } from './frame.js';

/** Whether a value can be metadata: an object of keys, no array. */
export function isMetadata(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What a peer sent, on an object without a prototype: a key named `__proto__` or `constructor` is then a
 * key like any other.
 */
export function toMetadata(value: Record<string, unknown>): Metadata {
  const metadata = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) metadata[key] = value[key];
  return metadata;
}

/** The key of the metadata by which a server knows a call that is sent again (PROTOCOL.md §4.4). */
export const IDEMPOTENCY_KEY = 'idempotency-key';
