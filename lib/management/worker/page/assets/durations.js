/**
 * Durations come as counts per bucket, from the start of what they belong to. What happened between two
 * moments is the difference.
 *
 * @param {readonly number[]} after
 * @param {readonly number[] | undefined} before `undefined` for what was not there yet
 * @returns {number[]} of the time between; all of `after` when counting began anew
 */
export function countsBetween(after, before) {
  if (before === undefined || before.some((count, index) => count > (after[index] ?? 0)))
    return [...after];
  return after.map((count, index) => count - (before[index] ?? 0));
}

/**
 * @param {readonly (readonly number[])[]} lists
 * @returns {number[]} bucket by bucket
 */
export function sumOfCounts(lists) {
  /** @type {number[]} */
  const total = [];
  for (const list of lists)
    list.forEach((count, index) => (total[index] = (total[index] ?? 0) + count));
  return total;
}

/**
 * How long the given share of calls took at most, by linear interpolation within its bucket.
 *
 * @param {readonly number[]} counts per bucket, the last for everything longer than the last bound
 * @param {readonly number[]} boundsMs upper bounds of the buckets
 * @param {number} ratio from 0 to 1
 * @returns {number | null} milliseconds; `null` without a call, the last bound for what is beyond it
 */
export function quantile(counts, boundsMs, ratio) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = ratio * total;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && left <= count) return within(boundsMs, index, left / count);
    left -= count;
  }
  return boundsMs.at(-1) ?? null;
}

/**
 * @param {readonly number[]} boundsMs
 * @param {number} index
 * @param {number} share
 */
function within(boundsMs, index, share) {
  const lower = index === 0 ? 0 : (boundsMs[index - 1] ?? 0);
  const upper = boundsMs[index] ?? lower;
  return lower + (upper - lower) * share;
}
