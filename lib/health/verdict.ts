import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';

/** Terminus' words. `degraded` does not fail a health check; `down` does. */
export type Verdict = 'up' | 'degraded' | 'down';

/** Says it as Terminus does. */
export function report<Key extends string>(
  indicators: HealthIndicatorService,
  key: Key,
  { verdict, details }: { readonly verdict: Verdict; readonly details: object },
): HealthIndicatorResult<Key> {
  const indicator = indicators.check(key);
  switch (verdict) {
    case 'up':
      return indicator.up({ ...details });
    case 'degraded':
      return indicator.degraded({ ...details });
    case 'down':
      return indicator.down({ ...details });
  }
}

/** `down` for what is broken, `degraded` for what is impaired. */
export function verdictOf(failings: readonly string[], impairments: readonly string[]): Verdict {
  if (failings.length > 0) return 'down';
  return impairments.length > 0 ? 'degraded' : 'up';
}
