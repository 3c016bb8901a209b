/**
 * @typedef {import('../feed-picture.js').FeedService} FeedService
 * @typedef {import('./history.js').History} History
 * @typedef {import('./plot-specs.js').PlotSpec} PlotSpec
 */
import { byId, setText } from './element.js';
import { KeyedList } from './keyed-list.js';
import { Plot } from './plot.js';
import { PLOTS } from './plot-specs.js';

const MISSING =
  'The plots need the package uplot beside the service (npm install uplot); without it there are the numbers only.';

/** All plots that make sense for what the service has. */
export class PlotsView {
  /** @type {Map<string, Plot>} */
  #plots = new Map();
  /** @type {KeyedList<{ plot: Plot, columns: (number | null)[][] }>} */
  #list = new KeyedList(
    byId('plots'),
    ({ plot }) => plot.spec.title,
    ({ plot }) => ({ root: plot.root, show: () => undefined }),
  );
  #uPlot;

  /** @param {import('./plot.js').UPlotClass | undefined} uPlot */
  constructor(uPlot) {
    this.#uPlot = uPlot;
    const note = byId('plots-note');
    note.hidden = uPlot !== undefined;
    setText(note, uPlot === undefined ? MISSING : '');
    new ResizeObserver(() => this.#each((plot) => plot.resize())).observe(byId('plots'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
      this.#each((plot) => plot.redraw()),
    );
  }

  /**
   * @param {FeedService} service
   * @param {History} history
   */
  show(service, history) {
    const specs = PLOTS.filter(({ of }) => of === 'all' || service[of].length > 0);
    const items = specs.map((spec) => {
      const plot = this.#plotOf(spec);
      return { plot, columns: history.columns(spec.series.map(({ name }) => name)) };
    });
    // In the document first: a plot is drawn to the width it has there.
    this.#list.show(items);
    for (const { plot, columns } of items) plot.show(columns);
  }

  /** @param {PlotSpec} spec */
  #plotOf(spec) {
    const plot = this.#plots.get(spec.title) ?? new Plot(spec, this.#uPlot);
    this.#plots.set(spec.title, plot);
    return plot;
  }

  /** @param {(plot: Plot) => void} change */
  #each(change) {
    for (const plot of this.#plots.values()) change(plot);
  }
}
