import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './tree.js';

const BIN = join(ROOT, 'node_modules/.bin');
const CLOCKS = `export const clocks = () => {
  setTimeout(() => {}, 1);
  setInterval(() => {}, 1);
  setImmediate(() => {});
  return [Date.now(), performance.now(), Math.random(), process.hrtime.bigint()];
};
`;
const IMPORTS = `import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { randomBytes } from 'node:crypto';
export const imports = [sleep, performance, randomBytes];
`;
const SHAPES = `export function wide(a: number, b: number, c: number, d: number, e: number) {
  if (a) { if (b) { if (c) { if (d) { return e; } } } }
  return 0;
}
export function branchy(n: number) {
  return n === 1 || n === 2 || n === 3 || n === 4 || n === 5 || n === 6 || n === 7 || n === 8 ||
    n === 9 || n === 10 || n === 11 || n === 12 || n === 13;
}
export function long() {
${'  void 0;\n'.repeat(60)}}
${'// line\n'.repeat(300)}`;
const PROMISES = `async function work(): Promise<number> { return 1; }
export function forget() {
  work();
  [1].forEach(async () => { await work(); });
}
`;

const FILES: Record<string, string> = {
  'lib/pool/clocks.ts': CLOCKS,
  'lib/pool/imports.ts': IMPORTS,
  'lib/pool/shapes.ts': SHAPES,
  'lib/pool/promises.ts': PROMISES,
  'lib/pool/one.ts': "import { two } from './two.js'; export const one = (): unknown => two;",
  'lib/pool/two.ts': "import { one } from './one.js'; export const two = (): unknown => one;",
  'lib/common/clock.ts': CLOCKS + IMPORTS,
  'test/unit/pool/sleep.spec.ts': CLOCKS,
  'test/integration/sleep.spec.ts': CLOCKS + IMPORTS,
  'lib/client/injected.ts': `import { Thing } from './thing.js';
export class User { constructor(readonly thing: Thing) {} }
`,
  'lib/client/thing.ts': 'export class Thing { readonly name = 1; }\n',
  'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "strict": true } }',
};

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

/** The rules that complain about each file, by its path. */
function lint(folder: string): Map<string, string[]> {
  const { stdout, stderr } = spawnSync(
    join(BIN, 'oxlint'),
    ['--type-aware', '--format', 'json', '.'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` },
    },
  );
  if (!stdout.startsWith('{')) throw new Error(`oxlint did not run: ${stdout}${stderr}`);
  const found = new Map<string, string[]>();
  for (const { filename, code } of (JSON.parse(stdout) as { diagnostics: Diagnostic[] })
    .diagnostics) {
    const rule = /\(([^)]+)\)/.exec(code)?.[1] ?? code;
    found.set(filename, [...(found.get(filename) ?? []), rule].sort());
  }
  return found;
}

describe('the lint rules', () => {
  let folder: string;
  let found: Map<string, string[]>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lint-'));
    copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    for (const [path, source] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    found = lint(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ban hidden clocks and randomness in the library', () => {
    const rules = found.get('lib/pool/clocks.ts') ?? [];
    expect(rules.filter((rule) => rule === 'no-restricted-globals')).toHaveLength(5);
    expect(rules.filter((rule) => rule === 'no-restricted-properties')).toHaveLength(4);
    expect(found.get('lib/pool/imports.ts')).toEqual(Array(3).fill('no-restricted-imports'));
  });

  it('allow them in the clock, and timers in tests on real sockets', () => {
    expect(found.get('lib/common/clock.ts')).toBeUndefined();
    expect(found.get('test/integration/sleep.spec.ts')).toBeUndefined();
  });

  it('let no unit test of layers 0 to 3 sleep', () => {
    expect(found.get('test/unit/pool/sleep.spec.ts')).toContain('no-restricted-globals');
  });

  it('limit the size of files and functions', () => {
    expect(found.get('lib/pool/shapes.ts')).toEqual([
      'complexity',
      'max-depth',
      'max-lines',
      'max-lines-per-function',
      'max-params',
    ]);
  });

  it('find import cycles', () => {
    expect(found.get('lib/pool/one.ts')).toContain('no-cycle');
  });

  it('find forgotten promises, with type information', () => {
    expect(found.get('lib/pool/promises.ts')).toEqual([
      'no-floating-promises',
      'no-misused-promises',
    ]);
  });

  it('leave the import of an injected class alone', () => {
    expect(found.get('lib/client/injected.ts')).toBeUndefined();
  });
});
