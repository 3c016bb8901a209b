import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

/** A file of the page, as it is served. */
export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const ASSETS = new URL('./assets/', import.meta.url);
const START_FILE = 'index.html';

/** Names under which files of the optional package uPlot, which draws the plots, are served. */
const PLOT_FILES: Readonly<
  Record<string, { readonly path: string; readonly whenMissing: string }>
> = {
  'uplot.js': { path: 'dist/uPlot.esm.js', whenMissing: 'export default undefined;\n' },
  'uplot.css': { path: 'dist/uPlot.min.css', whenMissing: '\n' },
};

/**
 * All that the page consists of: read once, and served from memory. Nothing but these files is ever
 * served, whatever path is asked for.
 */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();

  /** @param plotFolder where uPlot is installed; `undefined` when it is not, and the page does without plots */
  constructor(plotFolder: string | undefined = findPlotFolder()) {
    for (const name of readdirSync(ASSETS)) this.add(name, readFileSync(new URL(name, ASSETS)));
    for (const [name, { path, whenMissing }] of Object.entries(PLOT_FILES)) {
      const content =
        plotFolder === undefined ? Buffer.from(whenMissing) : readFileSync(join(plotFolder, path));
      this.add(name, content);
    }
  }

  /** The paths below which all of it is found. */
  get paths(): ReadonlySet<string> {
    return new Set(['/', ...[...this.files.keys()].map((name) => `/page/${name}`)]);
  }

  get start(): PageFile | undefined {
    return this.files.get(START_FILE);
  }

  find(name: string): PageFile | undefined {
    return this.files.get(name);
  }

  private add(name: string, content: Buffer): void {
    const type = TYPES[extname(name)];
    if (type !== undefined) this.files.set(name, { type, content });
  }
}

function findPlotFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  } catch {
    return undefined;
  }
}
