/** What the port serves as `uplot.js`: the optional package, or nothing where it is not installed. */
import type uPlot from 'uplot';

declare const optional: typeof uPlot | undefined;
// oxlint-disable-next-line import/no-default-export
export default optional;
