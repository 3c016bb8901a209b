import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { WorkerOptions } from '../../management.contract.js';

/** A file of the page, as it is served. */
export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** Of these the page is told only whether there are any. */
export type PageTokens = Pick<WorkerOptions, 'token' | 'readToken'>;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const ASSETS = new URL('./assets/', import.meta.url);
const START_FILE = 'index.html';
/** As it stands in the start file. */
const NO_TOKENS = 'data-access="open" data-actions="off"';

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

  /** @param plotFolder where uPlot is installed; `null` when it is not, and the page does without plots */
  constructor(tokens: PageTokens, plotFolder: string | null = findPlotFolder()) {
    for (const name of readdirSync(ASSETS)) this.add(name, readAsset(name, tokens));
    for (const [name, { path, whenMissing }] of Object.entries(PLOT_FILES)) {
      const content =
        plotFolder === null ? Buffer.from(whenMissing) : readFileSync(join(plotFolder, path));
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

function readAsset(name: string, { token, readToken }: PageTokens): Buffer {
  const content = readFileSync(new URL(name, ASSETS));
  if (name !== START_FILE) return content;
  const access = token === undefined && readToken === undefined ? 'open' : 'token';
  const actions = token === undefined ? 'off' : 'on';
  const attributes = `data-access="${access}" data-actions="${actions}"`;
  return Buffer.from(content.toString('utf8').replace(NO_TOKENS, attributes));
}

function findPlotFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  } catch {
    return null;
  }
}
