import ts from 'typescript';

/** One way in which a file names another module. */
export interface ModuleReference {
  readonly specifier: string;
  /** `static`: loaded with the file. `type`: erased by the compiler. `dynamic`: loaded on first use. */
  readonly kind: 'static' | 'type' | 'dynamic';
  readonly isReexport: boolean;
  readonly isStar: boolean;
  readonly line: number;
}

export function parse(path: string, source: string): ts.SourceFile {
  return ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
}

/** Everything the file imports, re-exports, requires or names in an import type. */
export function moduleReferences(file: ts.SourceFile): ModuleReference[] {
  const found: ModuleReference[] = [];
  const visit = (node: ts.Node): void => {
    const reference = referenceOf(node);
    if (reference) {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      found.push({ isReexport: false, isStar: false, ...reference, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

type Reference = Pick<ModuleReference, 'specifier' | 'kind'> & Partial<ModuleReference>;

function referenceOf(node: ts.Node): Reference | undefined {
  if (ts.isImportDeclaration(node)) return importReference(node);
  if (ts.isExportDeclaration(node)) return exportReference(node);
  if (ts.isImportEqualsDeclaration(node)) return importEqualsReference(node);
  if (ts.isImportTypeNode(node)) return importTypeReference(node);
  if (ts.isCallExpression(node)) return callReference(node);
  return undefined;
}

function importReference(node: ts.ImportDeclaration): Reference {
  const clause = node.importClause;
  const named = clause?.namedBindings;
  const onlyTypeNames =
    clause !== undefined &&
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((element) => element.isTypeOnly);
  const isType = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypeNames;
  return { specifier: textOf(node.moduleSpecifier), kind: isType ? 'type' : 'static' };
}

function exportReference(node: ts.ExportDeclaration): Reference | undefined {
  if (!node.moduleSpecifier) return undefined;
  const names = node.exportClause;
  const onlyTypeNames =
    names !== undefined &&
    ts.isNamedExports(names) &&
    names.elements.length > 0 &&
    names.elements.every((element) => element.isTypeOnly);
  return {
    specifier: textOf(node.moduleSpecifier),
    kind: node.isTypeOnly || onlyTypeNames ? 'type' : 'static',
    isReexport: true,
    isStar: names === undefined || ts.isNamespaceExport(names),
  };
}

function importEqualsReference(node: ts.ImportEqualsDeclaration): Reference | undefined {
  if (!ts.isExternalModuleReference(node.moduleReference)) return undefined;
  const kind = node.isTypeOnly ? 'type' : 'static';
  return { specifier: textOf(node.moduleReference.expression), kind };
}

function importTypeReference(node: ts.ImportTypeNode): Reference | undefined {
  if (!ts.isLiteralTypeNode(node.argument)) return undefined;
  return { specifier: textOf(node.argument.literal), kind: 'type' };
}

function callReference(node: ts.CallExpression): Reference | undefined {
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  const [argument] = node.arguments;
  if (!(isImport || isRequire) || !argument) return undefined;
  return { specifier: textOf(argument), kind: 'dynamic' };
}

/** A computed name cannot be checked: shown as its source text. */
function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : `<${node.getText()}>`;
}
