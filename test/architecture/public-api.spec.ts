import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryPoints, exportedNames } from './exported-names.js';
import { ROOT } from './tree.js';

const LIST = join(ROOT, 'test/architecture/public-api.txt');
const HEADER = `# Every name the package exports: entry point, kind, name.
# A change here is a change for users: say so in CHANGELOG.md.
# Written by "npm run api:accept".
`;

function currentNames(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return exportedNames(ROOT, entryPoints(ROOT, manifest.exports));
}

function acceptedNames(): string[] {
  const lines = readFileSync(LIST, 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the public API', () => {
  it('exports exactly the accepted names', () => {
    const names = currentNames();
    if (process.env.API_ACCEPT) writeFileSync(LIST, `${HEADER}${names.join('\n')}\n`);
    expect(names, 'run "npm run api:accept" if the change is meant').toEqual(acceptedNames());
  });
});

describe('the list of exported names', () => {
  it('tells classes, functions, constants and types apart, through re-exports', () => {
    const folder = mkdtempSync(join(tmpdir(), 'public-api-'));
    try {
      const file = join(folder, 'index.ts');
      writeFileSync(
        join(folder, 'parts.ts'),
        'export class A {} export class B {} export interface C {} export type D = 1;' +
          'export const e = 1; export function f() {} export enum G {} export class Hidden {}',
      );
      writeFileSync(
        file,
        "export { A, e, f, G } from './parts.js'; export type { B, C, D } from './parts.js';",
      );
      expect(exportedNames(ROOT, [{ subpath: '.', file }])).toEqual([
        '. class A',
        '. class-type B',
        '. const e',
        '. enum G',
        '. function f',
        '. interface C',
        '. type D',
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
