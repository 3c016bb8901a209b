import type { Round } from './process-pair.js';
import { spread } from './statistics.js';
import type { Spread } from './statistics.js';

/** How figures are written in the reports. */

export function spreadOf(rounds: readonly Round[], figure: keyof Round): Spread {
  return spread(rounds.map((round) => round[figure] ?? NaN));
}

/** A count with a space between thousands and at most three digits that mean something. */
export function count(value: number): string {
  if (Number.isNaN(value)) {
    return '-';
  }
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 2);
  const digits = String(Math.round(value / unit) * unit);
  return digits.replace(/\B(?=(\d{3})+$)/g, ' ');
}

export function times(ratio: number): string {
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2)}x`;
}

export function cpuSeconds(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}
