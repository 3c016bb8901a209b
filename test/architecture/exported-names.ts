import { join } from 'node:path';
import ts from 'typescript';

/** An entry point of the package: `.` or `./health`, and the source file behind it. */
export interface EntryPoint {
  readonly subpath: string;
  readonly file: string;
}

/** The entry points that `exports` of package.json names, with `dist/x.js` turned into `lib/x.ts`. */
export function entryPoints(root: string, exported: Record<string, unknown>): EntryPoint[] {
  return Object.entries(exported).flatMap(([subpath, target]) => {
    const built = (target as { default?: string }).default;
    if (built === undefined) return [];
    const source = built.replace(/^\.\/dist\//, 'lib/').replace(/\.js$/, '.ts');
    return [{ subpath, file: join(root, source) }];
  });
}

/** One line per exported name, `. class SocketPool`, types as well as values, sorted. */
export function exportedNames(root: string, entries: readonly EntryPoint[]): string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram(
    entries.map((entry) => entry.file),
    options,
  );
  return entries.flatMap((entry) => namesOf(entry, program)).sort();
}

function namesOf(entry: EntryPoint, program: ts.Program): string[] {
  const file = program.getSourceFile(entry.file);
  if (!file) return [`${entry.subpath} (no file)`];
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(file);
  if (!module) return [];
  return checker
    .getExportsOfModule(module)
    .map((name) => `${entry.subpath} ${kindOf(name, checker)} ${name.getName()}`);
}

const KINDS: readonly (readonly [ts.SymbolFlags, string])[] = [
  [ts.SymbolFlags.Class, 'class'],
  [ts.SymbolFlags.Function, 'function'],
  [ts.SymbolFlags.Enum, 'enum'],
  [ts.SymbolFlags.Variable, 'const'],
  [ts.SymbolFlags.Interface, 'interface'],
  [ts.SymbolFlags.TypeAlias, 'type'],
  [ts.SymbolFlags.Module, 'namespace'],
];

function kindOf(name: ts.Symbol, checker: ts.TypeChecker): string {
  const isAlias = (name.flags & ts.SymbolFlags.Alias) !== 0;
  const declared = isAlias ? checker.getAliasedSymbol(name) : name;
  if (isTypeOnlyExport(name) && (declared.flags & ts.SymbolFlags.Class) !== 0) return 'class-type';
  return KINDS.find(([flag]) => (declared.flags & flag) !== 0)?.[1] ?? 'unknown';
}

/** A class exported with `export type` cannot be constructed or injected: a different promise. */
function isTypeOnlyExport(name: ts.Symbol): boolean {
  return (name.declarations ?? []).some(ts.isTypeOnlyImportOrExportDeclaration);
}
