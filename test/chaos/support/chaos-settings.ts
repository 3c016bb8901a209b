/** What `npm run test:chaos` hands to the scenarios. */

/** Whether everything is measured at full length, for the scorecard; else only a short form that has to hold on any machine. */
export const isFull = process.env.CHAOS_FULL === '1';

/** Decides everything that is left to chance; printed, so that a run can be repeated. */
export const seed = Number(process.env.CHAOS_SEED ?? 20_261_129);

/** @returns the first in the full run, the second in the short form */
export function inFull<Value>(full: Value, short: Value): Value {
  return isFull ? full : short;
}
