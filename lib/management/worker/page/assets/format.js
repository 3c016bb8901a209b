/** Numbers for people. What is not known is a dash. */
const NOTHING = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** @param {number | null | undefined} value */
export function formatCount(value) {
  return value == null ? NOTHING : whole.format(value);
}

/** Three digits are enough. @param {number | null | undefined} value */
export function formatNumber(value) {
  if (value == null) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.01) return '<0.01';
  if (size >= 100) return whole.format(value);
  return String(Number(value.toPrecision(size < 1 ? 2 : 3)));
}

/** @param {number | null | undefined} perSecond */
export function formatRate(perSecond) {
  return perSecond == null ? NOTHING : `${formatNumber(perSecond)}/s`;
}

/** @param {number | null | undefined} ratio */
export function formatRatio(ratio) {
  return ratio == null ? NOTHING : `${whole.format(ratio * 100)} %`;
}

/** A measured time, such as a latency. @param {number | null | undefined} ms */
export function formatMs(ms) {
  if (ms == null) return NOTHING;
  return ms < 1_000 ? `${formatNumber(ms)} ms` : `${formatNumber(ms / 1_000)} s`;
}

/** How long something has lasted, such as an age. @param {number | null | undefined} ms */
export function formatSpan(ms) {
  if (ms == null) return NOTHING;
  const seconds = Math.max(ms, 0) / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @param {number | null | undefined} bytes */
export function formatBytes(bytes) {
  if (bytes == null) return NOTHING;
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${formatNumber(value)} ${UNITS[unit] ?? ''}`;
}

/** @param {number} epochMs */
export function formatTime(epochMs) {
  return timeOfDay.format(epochMs);
}

/** Without the seconds where they are zero. @param {number} epochSeconds */
export function formatClock(epochSeconds) {
  return formatTime(epochSeconds * 1_000).replace(/:00$/, '');
}
