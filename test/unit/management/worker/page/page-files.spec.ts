import { describe, expect, it } from 'vitest';
import { PageFiles } from '../../../../../lib/management/worker/page/page-files.js';

const NO_TOKENS = { token: undefined, readToken: undefined };
const textOf = (files: PageFiles, name: string): string | undefined =>
  files.find(name)?.content.toString('utf8');

describe('the files of the page', () => {
  const files = new PageFiles(NO_TOKENS);

  it('are all that the start file and the modules ask for', () => {
    const asked = new Set<string>();
    const html = files.start!.content.toString('utf8');
    for (const [, name] of html.matchAll(/(?:src|href)="page\/([^"]+)"/g)) asked.add(name!);
    for (const path of files.paths) {
      const text = textOf(files, path.replace('/page/', '')) ?? '';
      for (const [, name] of text.matchAll(/from '\.\/([^']+)'/g)) asked.add(name!);
    }
    expect(asked.size).toBeGreaterThan(30);
    for (const name of asked) expect(files.paths, name).toContain(`/page/${name}`);
  });

  it('need nothing from elsewhere, and no inline script or style', () => {
    for (const path of files.paths) {
      if (path.startsWith('/page/uplot')) continue;
      const text = textOf(files, path.replace('/page/', '')) ?? '';
      expect(text.replaceAll('http://www.w3.org/2000/svg', ''), path).not.toMatch(/https?:\/\//);
    }
    const html = files.start!.content.toString('utf8');
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
  });

  it('have types that a browser takes with nosniff', () => {
    expect(files.start!.type).toBe('text/html; charset=utf-8');
    expect(files.find('main.js')!.type).toBe('text/javascript; charset=utf-8');
    expect(files.find('page.css')!.type).toBe('text/css; charset=utf-8');
  });

  it.each(['../page-files.js', 'tsconfig.json', 'uplot.d.ts', '', 'nothing.js'])(
    'are not %j',
    (name) => {
      expect(files.find(name)).toBeUndefined();
    },
  );

  it('hold the plots where uPlot is installed, and do without where it is not', () => {
    expect(textOf(files, 'uplot.js')).toContain('uPlot');
    const without = new PageFiles(NO_TOKENS, null);
    expect(textOf(without, 'uplot.js')).toBe('export default undefined;\n');
    expect(without.paths).toEqual(files.paths);
  });

  it('tell whether tokens are needed, and not which', () => {
    const secret = 'a-token-nobody-should-see';
    const start = (tokens: ConstructorParameters<typeof PageFiles>[0]): string =>
      new PageFiles(tokens).start!.content.toString('utf8');

    expect(start(NO_TOKENS)).toContain('data-access="open" data-actions="off"');
    const acting = start({ token: secret, readToken: undefined });
    expect(acting).toContain('data-access="token" data-actions="on"');
    const reading = start({ token: undefined, readToken: secret });
    expect(reading).toContain('data-access="token" data-actions="off"');
    expect(acting + reading).not.toContain(secret);
  });
});
