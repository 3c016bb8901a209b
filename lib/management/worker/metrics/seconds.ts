const MS_PER_SECOND = 1_000;
const MICROS_PER_SECOND = 1_000_000;

/** Prometheus counts in base units. */
export function secondsOfMs(ms: number): number {
  return ms / MS_PER_SECOND;
}

export function secondsOfMicros(micros: number): number {
  return micros / MICROS_PER_SECOND;
}

export function optionalSecondsOfMs(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : secondsOfMs(ms);
}
