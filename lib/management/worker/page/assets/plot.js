/**
 * @typedef {import('./plot-specs.js').PlotSpec} PlotSpec
 * @typedef {import('uplot')} UPlot
 * @typedef {typeof import('uplot')} UPlotClass
 */
import { element, setText } from './element.js';
import { formatClock } from './format.js';
import { axisLabel } from './plot-specs.js';
import { BYTE_STEPS, scaleOf, timeScaleOf } from './plot-scale.js';

const HEIGHT = 150;
const AXIS_WIDTH = 58;

/** One plot with its values in words: now, or where the pointer is. */
export class Plot {
  #spec;
  #uPlot;
  #values;
  #frame = element('div', { 'aria-hidden': 'true' });
  /** @type {UPlot | undefined} */
  #chart;
  /** @type {(number | null)[][]} */
  #columns = [];
  root;

  /**
   * @param {PlotSpec} spec
   * @param {UPlotClass | undefined} uPlot without it the values are shown in words only
   */
  constructor(spec, uPlot) {
    this.#spec = spec;
    this.#uPlot = uPlot;
    this.#values = spec.series.map(() => element('b'));
    const words = spec.series.map(({ label, look }, index) =>
      element(
        'span',
        { class: 'plot-value', 'data-series': look },
        `${label} `,
        this.#values[index],
      ),
    );
    const caption = element('figcaption', {}, element('strong', { text: spec.title }), ...words);
    this.root = element('figure', { class: 'plot' }, caption, this.#frame);
  }

  get spec() {
    return this.#spec;
  }

  /** @param {(number | null)[][]} columns the time in seconds, then one for each series */
  show(columns) {
    this.#columns = columns;
    this.#chart ??= this.#draw();
    this.#chart?.setData(/** @type {any} */ (columns));
    this.#tell(this.#chart?.cursor.idx);
  }

  /** To the width there is. */
  resize() {
    const { clientWidth } = this.#frame;
    if (clientWidth > 0) this.#chart?.setSize({ width: clientWidth, height: HEIGHT });
  }

  /** In the colours of the scheme that is in force now. */
  redraw() {
    this.#chart?.destroy();
    this.#chart = undefined;
    if (this.#columns.length > 0) this.show(this.#columns);
  }

  /** @param {number | null | undefined} index where the pointer is */
  #tell(index) {
    this.#values.forEach((target, series) => {
      const column = this.#columns[series + 1] ?? [];
      setText(target, this.#spec.format(column[index ?? column.length - 1]));
    });
  }

  #draw() {
    const { clientWidth } = this.#frame;
    if (this.#uPlot === undefined || clientWidth === 0) return undefined;
    const options = this.#optionsOf(clientWidth);
    return new this.#uPlot(options, /** @type {any} */ (this.#columns), this.#frame);
  }

  /**
   * @param {number} width
   * @returns {import('uplot').Options}
   */
  #optionsOf(width) {
    return {
      width,
      height: HEIGHT,
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 6 },
        sync: { key: 'time' },
        drag: { x: false, y: false },
      },
      scales: {
        x: { range: () => timeScaleOf(this.#columns[0] ?? []) },
        y: { range: () => this.#scale() },
      },
      axes: [timeAxis(), { ...axis(), size: AXIS_WIDTH, ...this.#labels() }],
      series: [{}, ...this.#spec.series.map(({ look }) => lineOf(look))],
      hooks: { setCursor: [(chart) => this.#tell(chart.cursor.idx)] },
    };
  }

  /** @returns {import('uplot').Axis} */
  #labels() {
    const { unit } = this.#spec;
    return {
      values: (_, splits) => splits.map((value) => axisLabel(value, this.#spec)),
      ...(unit === 'bytes' && { incrs: BYTE_STEPS }),
    };
  }

  #scale() {
    /** @param {boolean} isMark */
    const columns = (isMark) =>
      this.#columns
        .slice(1)
        .filter((_, index) => (this.#spec.series[index]?.look === 'mark') === isMark);
    return scaleOf(columns(false), columns(true));
  }
}

/** @param {'1' | '2' | '3' | 'mark'} look */
function lineOf(look) {
  if (look === 'mark')
    return { stroke: color('--mark'), width: 1, dash: [4, 4], points: { show: false } };
  return {
    stroke: color(`--series-${look}`),
    width: 1.5,
    spanGaps: false,
    points: { show: false },
  };
}

/** @returns {import('uplot').Axis} */
function timeAxis() {
  return { ...axis(), size: 26, space: 60, values: (_, splits) => splits.map(formatClock) };
}

function axis() {
  const grid = { stroke: color('--grid'), width: 1 };
  return {
    stroke: color('--muted'),
    font: '11px system-ui, sans-serif',
    grid,
    ticks: { ...grid, size: 4 },
  };
}

/** @param {string} name of a custom property */
function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
