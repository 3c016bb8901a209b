import { posix } from 'node:path';
import { moduleReferences, parse, type ModuleReference } from './imports.js';
import {
  COMPUTED_IMPORTS,
  LAYERS,
  NEST_LEVEL,
  OPTIONAL_PEERS,
  REQUIRED_PEERS,
} from './layer-table.js';

/** Files below `lib/` by their path there: `pool/lease.ts` -> source text. */
export type Tree = ReadonlyMap<string, string>;

const BARREL = 'index.ts';

interface Edge extends ModuleReference {
  readonly from: string;
}

/** Every breach of the layer table and its rules in the tree, one readable line each. */
export function layerViolations(tree: Tree): string[] {
  const edges = edgesOf(tree);
  return [
    ...[...tree.keys()].flatMap(placeViolations),
    ...edges.flatMap((edge) => edgeViolations(edge, tree)),
    ...hollowFiles(tree, edges),
    ...optionalPeersReachedFromBarrel(tree, edges),
  ];
}

function edgesOf(tree: Tree): Edge[] {
  return [...tree].flatMap(([from, source]) =>
    moduleReferences(parse(from, source)).map((reference) => ({ ...reference, from })),
  );
}

/** The layer a file belongs to; the worker is a layer of its own inside `management`. */
export function layerOf(path: string): string {
  if (path.startsWith('management/worker/')) return 'management/worker';
  const slash = path.indexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function placeViolations(path: string): string[] {
  if (path === BARREL) return [];
  if (path.endsWith('/index.ts')) return [`${path}: lib/index.ts is the only barrel`];
  if (layerOf(path) in LAYERS) return [];
  return [`${path}: folder is in no layer of the table`];
}

function edgeViolations(edge: Edge, tree: Tree): string[] {
  const isRelative = edge.specifier.startsWith('.');
  const problems = isRelative ? fileProblems(edge, tree) : packageProblems(edge);
  if (edge.isStar && edge.from !== BARREL) problems.push('re-exports everything of');
  return problems.map((problem) => `${edge.from}:${edge.line}: ${problem} '${edge.specifier}'`);
}

function fileProblems(edge: Edge, tree: Tree): string[] {
  const target = targetOf(edge);
  if (target === undefined) return ['import does not end with .js:'];
  if (!tree.has(target)) return ['import names no file:'];
  if (target === BARREL) return ['only users import the barrel:'];
  if (edge.from === BARREL) return [];
  return mayImport(edge, target) ? [] : [`'${layerOf(edge.from)}' may not import`];
}

function targetOf(edge: Edge): string | undefined {
  if (!edge.specifier.endsWith('.js')) return undefined;
  return posix.join(posix.dirname(edge.from), edge.specifier).replace(/\.js$/, '.ts');
}

function mayImport(edge: Edge, target: string): boolean {
  const own = layerOf(edge.from);
  const other = layerOf(target);
  const layer = LAYERS[own];
  if (own === other || layer === undefined) return true;
  if (layer.folders.includes(other)) return true;
  if (layer.files?.some((pattern) => pattern.test(target))) return true;
  return edge.kind === 'type' && layer.typesOf?.includes(other) === true;
}

function packageProblems(edge: Edge): string[] {
  // As `moduleReferences` shows a computed name.
  if (edge.specifier.startsWith('<') && COMPUTED_IMPORTS.includes(edge.from)) return [];
  const name = packageOf(edge.specifier);
  if (name.startsWith('node:')) return [];
  const knowsNest = edge.from === BARREL || (LAYERS[layerOf(edge.from)]?.level ?? 0) >= NEST_LEVEL;
  const isKnown = isOptional(name) || (REQUIRED_PEERS as readonly string[]).includes(name);
  if (isNest(name) && !knowsNest) return ['Nest and RxJS belong to layers 4 and 5, not here:'];
  return isKnown ? [] : ['package is no declared peer (built-in modules are named node:…):'];
}

function isNest(name: string): boolean {
  return name.startsWith('@nestjs/') || name === 'rxjs' || name === 'reflect-metadata';
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

function isOptional(name: string): boolean {
  return (OPTIONAL_PEERS as readonly string[]).includes(name);
}

/** A file that only passes on what others declare is a barrel under another name. */
function hollowFiles(tree: Tree, edges: Edge[]): string[] {
  return [...tree.keys()]
    .filter((path) => path !== BARREL && edges.some((e) => e.from === path && e.isReexport))
    .filter((path) => onlyReexports(path, tree.get(path) ?? '', edges))
    .map((path) => `${path}: declares nothing, only re-exports`);
}

function onlyReexports(path: string, source: string, edges: Edge[]): boolean {
  const statements = parse(path, source).statements.length;
  return statements === edges.filter((edge) => edge.from === path && edge.isReexport).length;
}

/**
 * Types count as well: a declaration file that names a missing package does not compile for a user
 * who left the package out.
 */
function optionalPeersReachedFromBarrel(tree: Tree, edges: Edge[]): string[] {
  const reachable = reachableFromBarrel(tree, edges);
  return edges
    .filter((edge) => reachable.has(edge.from) && edge.kind !== 'dynamic')
    .filter((edge) => isOptional(packageOf(edge.specifier)))
    .map((edge) => `${edge.from}:${edge.line}: main entry needs optional '${edge.specifier}'`);
}

function reachableFromBarrel(tree: Tree, edges: Edge[]): Set<string> {
  const reachable = new Set<string>([BARREL]);
  for (const path of reachable) {
    for (const edge of edges) {
      if (edge.from !== path || edge.kind === 'dynamic' || !edge.specifier.startsWith('.'))
        continue;
      const target = targetOf(edge);
      if (target !== undefined && tree.has(target)) reachable.add(target);
    }
  }
  return reachable;
}
