/** @typedef {import('./sample.js').SampleName} SampleName */
import {
  formatBytes,
  formatCount,
  formatMs,
  formatNumber,
  formatRate,
  formatRatio,
} from './format.js';

/**
 * `look`: the colour of a line, or `mark` for a limit drawn dashed, which does not stretch the scale.
 * @typedef {{ name: SampleName, label: string, look: '1' | '2' | '3' | 'mark' }} PlotSeries
 */

/**
 * @typedef {object} PlotSpec
 * @property {string} title
 * @property {'servers' | 'pools' | 'all'} of shown only when the service has such
 * @property {readonly PlotSeries[]} series
 * @property {(value: number | null | undefined) => string} format
 * @property {'bytes'} [unit]
 */

/** @type {readonly PlotSpec[]} */
export const PLOTS = [
  {
    title: 'Calls per second',
    of: 'all',
    format: formatRate,
    series: [
      { name: 'servedRate', label: 'served', look: '1' },
      { name: 'calledRate', label: 'called', look: '2' },
    ],
  },
  {
    title: 'Latency of what is served',
    of: 'servers',
    format: formatMs,
    series: [
      { name: 'servedP50', label: 'p50', look: '1' },
      { name: 'servedP95', label: 'p95', look: '2' },
      { name: 'servedP99', label: 'p99', look: '3' },
    ],
  },
  {
    title: 'Latency of what is called',
    of: 'pools',
    format: formatMs,
    series: [
      { name: 'calledP50', label: 'p50', look: '1' },
      { name: 'calledP95', label: 'p95', look: '2' },
      { name: 'calledP99', label: 'p99', look: '3' },
    ],
  },
  {
    title: 'In flight on servers',
    of: 'servers',
    format: formatCount,
    series: [{ name: 'servedInFlight', label: 'in flight', look: '1' }],
  },
  {
    title: 'In flight on pools',
    of: 'pools',
    format: formatCount,
    series: [
      { name: 'calledInFlight', label: 'in flight', look: '1' },
      { name: 'waiters', label: 'waiting', look: '2' },
      { name: 'highWatermark', label: 'high watermark', look: 'mark' },
      { name: 'lowWatermark', label: 'low watermark', look: 'mark' },
    ],
  },
  {
    title: 'Connections',
    of: 'all',
    format: formatCount,
    series: [
      { name: 'accepted', label: 'accepted', look: '1' },
      { name: 'pooled', label: 'of pools', look: '2' },
    ],
  },
  {
    title: 'Greatest lag of the event loop',
    of: 'all',
    format: formatMs,
    series: [{ name: 'lagMs', label: 'lag', look: '3' }],
  },
  {
    title: 'Busy',
    of: 'all',
    format: formatRatio,
    series: [
      { name: 'busyRatio', label: 'loop', look: '1' },
      { name: 'cpuRatio', label: 'CPU', look: '2' },
    ],
  },
  {
    title: 'Memory',
    of: 'all',
    format: formatBytes,
    unit: 'bytes',
    series: [
      { name: 'rssBytes', label: 'resident', look: '1' },
      { name: 'heapBytes', label: 'heap', look: '2' },
    ],
  },
];

/** On an axis there is no room for more. @param {number} value @param {PlotSpec} spec */
export function axisLabel(value, { format }) {
  return format === formatCount || format === formatRate ? formatNumber(value) : format(value);
}
