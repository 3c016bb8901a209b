/** @typedef {readonly (number | null | undefined)[]} Column */

const MIN_WINDOW_SECONDS = 60;
const MAX_WINDOW_SECONDS = 300;
const MIB = 1_048_576;

/** Steps of an axis of bytes: powers of two, so that labels are round. */
export const BYTE_STEPS = Array.from({ length: 16 }, (_, power) => MIB * 2 ** power);

/**
 * The scale of time: what there is, between a minute and five.
 *
 * @param {Column} times in seconds, the oldest first
 * @returns {[number, number]}
 */
export function timeScaleOf(times) {
  const from = times[0] ?? 0;
  const to = times.at(-1) ?? 0;
  const window = Math.min(Math.max(to - from, MIN_WINDOW_SECONDS), MAX_WINDOW_SECONDS);
  return [to - window, to];
}

/**
 * The scale of values: from 0 to a little above the greatest one. Limits belong to it only when something comes
 * near them, so that a far limit does not press the rest flat.
 *
 * @param {readonly Column[]} lines
 * @param {readonly Column[]} marks
 * @returns {[number, number]}
 */
export function scaleOf(lines, marks) {
  const greatest = Math.max(0, ...lines.map(greatestOf));
  const near = marks.map(greatestOf).filter((mark) => mark > 0 && mark < greatest * 4);
  const top = Math.max(greatest, ...near) * 1.1;
  return [0, top > 0 ? top : 1];
}

/** @param {Column} column */
function greatestOf(column) {
  let greatest = 0;
  for (const value of column) greatest = Math.max(greatest, value ?? 0);
  return greatest;
}
