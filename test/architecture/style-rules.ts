import { posix } from 'node:path';
import ts from 'typescript';
import { parse } from './imports.js';
import { layerOf, type Tree } from './layer-rules.js';
import { LAYERS, MAX_FILE_LINES, NEST_LEVEL } from './layer-table.js';

const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?\.ts$/;
const EMPTY_WORDS = /(Impl|Base|Manager|Helper|Helpers|Util|Utils|Data|Info)$/;
const INTERFACE_PREFIX = /^I[A-Z][a-z]/;

/** Breaches of the limits and of the naming rules in the tree, one readable line each. */
export function styleViolations(tree: Tree): string[] {
  return [...tree].flatMap(([path, source]) => [
    ...fileProblems(path, source),
    ...declarationProblems(path, source),
  ]);
}

function fileProblems(path: string, source: string): string[] {
  const lines = source.trimEnd().split('\n').length;
  const problems: string[] = [];
  if (lines > MAX_FILE_LINES) problems.push(`${path}: ${lines} lines, ${MAX_FILE_LINES} at most`);
  if (!FILE_NAME.test(posix.basename(path))) problems.push(`${path}: name is not in kebab case`);
  return problems;
}

function declarationProblems(path: string, source: string): string[] {
  const problems: string[] = [];
  const isUnderNest = (LAYERS[layerOf(path)]?.level ?? NEST_LEVEL) < NEST_LEVEL;
  const visit = (node: ts.Node): void => {
    const problem = nameProblem(node) ?? privacyProblem(node, isUnderNest);
    if (problem) problems.push(`${path}: ${problem}`);
    ts.forEachChild(node, visit);
  };
  visit(parse(path, source));
  return problems;
}

function nameProblem(node: ts.Node): string | undefined {
  const isType =
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node);
  const name = isType ? node.name?.text : undefined;
  if (name === undefined) return undefined;
  if (EMPTY_WORDS.test(name)) return `'${name}' ends with a word that says nothing`;
  if (INTERFACE_PREFIX.test(name)) return `'${name}' has an I prefix`;
  return undefined;
}

/**
 * `#fields` below Nest, `private` where Nest may wrap an instance in a Proxy: a Proxy breaks `#fields`.
 */
function privacyProblem(node: ts.Node, isUnderNest: boolean): string | undefined {
  const text = ts.isClassElement(node) || ts.isParameter(node) ? node.name?.getText() : undefined;
  if (text === undefined) return undefined;
  if (!isUnderNest && text.startsWith('#')) return `'${text}' breaks behind Nest's Proxy: private`;
  const isPrivate = ts.canHaveModifiers(node)
    ? ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.PrivateKeyword)
    : false;
  return isUnderNest && isPrivate ? `'private ${text}' below Nest: #${text}` : undefined;
}
