import type { Random } from '../common/random.js';

/**
 * How old one connection may grow: `lifetimeMs`, up or down by the jitter. Connections that were opened
 * together, as at the start of a deployment, then do not expire together.
 */
export function connectionLifetimeMs(
  random: Random,
  settings: { readonly lifetimeMs: number; readonly lifetimeJitterRatio: number },
): number {
  const spread = (random() * 2 - 1) * settings.lifetimeJitterRatio;
  return settings.lifetimeMs * (1 + spread);
}
