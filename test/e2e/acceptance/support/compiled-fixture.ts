import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SOURCES = fileURLToPath(new URL('../fixtures/', import.meta.url));
/** Inside the package, so that the fixtures find it by its name, as samples do. */
const COMPILED = join(SOURCES, 'dist');

/** As the package compiles; types are checked with everything else, by `npm run typecheck`. */
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  isolatedModules: true,
};

/** The path of a compiled fixture, for a process of its own. The library must have been built. */
export function compiledFixture(name: string): string {
  mkdirSync(COMPILED, { recursive: true });
  for (const file of readdirSync(SOURCES)) if (file.endsWith('.ts')) compile(file);
  const entry = join(COMPILED, `${name}.js`);
  if (!existsSync(entry)) throw new Error(`there is no fixture ${name} in ${SOURCES}`);
  return entry;
}

function compile(file: string): void {
  const source = readFileSync(join(SOURCES, file), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, fileName: file });
  const target = join(COMPILED, `${basename(file, '.ts')}.js`);
  if (existsSync(target) && readFileSync(target, 'utf8') === outputText) return;
  // Several test files compile at once: none may read what another has half written.
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, outputText);
  renameSync(draft, target);
}
