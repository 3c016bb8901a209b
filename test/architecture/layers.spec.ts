import { describe, expect, it } from 'vitest';
import { layerViolations } from './layer-rules.js';
import { LAYERS } from './layer-table.js';
import { styleViolations } from './style-rules.js';
import { libraryTree } from './tree.js';

function violationsOf(files: Record<string, string>): string[] {
  return layerViolations(new Map(Object.entries({ 'index.ts': 'export {};', ...files })));
}

describe('the library', () => {
  it('is found', () => {
    expect(libraryTree().has('index.ts')).toBe(true);
  });

  it('keeps to the layer table', () => {
    expect(layerViolations(libraryTree())).toEqual([]);
  });

  it('keeps to the limits and the naming rules', () => {
    expect(styleViolations(libraryTree())).toEqual([]);
  });
});

describe('the layer table', () => {
  it('lets no layer import a higher one', () => {
    const upward = Object.entries(LAYERS).flatMap(([name, layer]) =>
      [...layer.folders, ...(layer.typesOf ?? [])]
        .filter((other) => LAYERS[other].level > layer.level)
        .map((other) => `${name} -> ${other}`),
    );
    expect(upward).toEqual([]);
  });

  it('lets layers 0 and 1 import no sibling', () => {
    const siblings = Object.entries(LAYERS)
      .filter(([, layer]) => layer.level <= 1)
      .flatMap(([name, layer]) =>
        layer.folders
          .filter((other) => LAYERS[other].level === layer.level)
          .map((other) => `${name} -> ${other}`),
      );
    expect(siblings).toEqual([]);
  });
});

describe('the layer checker', () => {
  const errors = { 'errors/code.ts': 'export const code = 1;' };
  const pool = { 'pool/lease.ts': 'export class Lease {}' };

  it('accepts what the table allows', () => {
    const source = "import { code } from '../errors/code.js'; export const x = code;";
    expect(violationsOf({ ...errors, 'link/tcp.ts': source })).toEqual([]);
  });

  it.each([
    ['import', "import { Lease } from '../pool/lease.js';"],
    ['import of a type', "import type { Lease } from '../pool/lease.js';"],
    ['inline import of a type', "import { type Lease } from '../pool/lease.js';"],
    ['import for its effects', "import '../pool/lease.js';"],
    ['dynamic import', "export const load = () => import('../pool/lease.js');"],
    ['import type node', "export type L = import('../pool/lease.js').Lease;"],
    ['re-export', "export { Lease } from '../pool/lease.js'; export const x = 1;"],
    ['require', "import l = require('../pool/lease.js');"],
    ['import over several lines', "import {\n  Lease,\n} from\n  '../pool/lease.js';"],
  ])('reports a forbidden %s', (_, source) => {
    expect(violationsOf({ ...pool, 'balancing/p2c.ts': source })).toEqual([
      "balancing/p2c.ts:1: 'balancing' may not import '../pool/lease.js'",
    ]);
  });

  it('ignores imports in comments and strings', () => {
    const source = `// import { Lease } from '../pool/lease.js';\nexport const s = "import '../x'";`;
    expect(violationsOf({ ...pool, 'balancing/p2c.ts': source })).toEqual([]);
  });

  it('allows types but no values where the table says types', () => {
    const files = { 'discovery/discovery.ts': 'export interface Discovery {}' };
    const asType = "import type { Discovery } from '../discovery/discovery.js';";
    const asValue = "import { Discovery } from '../discovery/discovery.js';";
    expect(violationsOf({ ...files, 'module/options.ts': asType })).toEqual([]);
    expect(violationsOf({ ...files, 'module/options.ts': asValue })).toHaveLength(1);
  });

  it('allows single files where the table names files', () => {
    const files = {
      'module/socket-pool.tokens.ts': 'export {};',
      'module/wiring.ts': 'export {};',
    };
    const tokens = "import '../module/socket-pool.tokens.js';";
    const wiring = "import '../module/wiring.js';";
    expect(violationsOf({ ...files, 'health/check.ts': tokens })).toEqual([]);
    expect(violationsOf({ ...files, 'health/check.ts': wiring })).toHaveLength(1);
  });

  it('keeps the worker apart from the main thread', () => {
    const files = {
      'management/management.contract.ts': 'export {};',
      'management/host.ts': "import './worker/main.js';",
      'management/worker/main.ts':
        "import '../management.contract.js'; import '../../metrics/view.js'; import '../host.js';",
      'metrics/view.ts': 'export {};',
    };
    expect(violationsOf(files)).toEqual([
      "management/host.ts:1: 'management' may not import './worker/main.js'",
      "management/worker/main.ts:1: 'management/worker' may not import '../host.js'",
    ]);
  });

  it.each([
    ["import { code } from './code';", 'import does not end with .js:'],
    ["import { code } from './code.ts';", 'import does not end with .js:'],
    ["import { code } from './gone.js';", 'import names no file:'],
    ["import * as all from '../index.js';", 'only users import the barrel:'],
    ["export * from './code.js'; export const x = 1;", 're-exports everything of'],
    ["import { of } from 'rxjs';", 'Nest and RxJS belong to layers 4 and 5'],
    ["import type { Type } from '@nestjs/common';", 'Nest and RxJS belong to layers 4 and 5'],
    ["import { map } from 'rxjs/operators';", 'Nest and RxJS belong to layers 4 and 5'],
    ["import { debounce } from 'lodash';", 'package is no declared peer'],
    ["import fs from 'fs';", 'package is no declared peer'],
    ["import { SocketPool } from 'nestjs-socket-pool';", 'package is no declared peer'],
    ['export const load = (url: string) => import(url);', 'package is no declared peer'],
  ])('reports %s', (source, problem) => {
    const found = violationsOf({ ...errors, 'errors/other.ts': source });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  it('allows Nest and RxJS in layers 4 and 5', () => {
    const source = "import { of } from 'rxjs'; import { Injectable } from '@nestjs/common';";
    expect(violationsOf({ 'client/client.ts': source, 'module/module.ts': source })).toEqual([]);
  });

  it('reports unknown folders, second barrels and files that only pass on', () => {
    const files = {
      'utilities/text.ts': 'export {};',
      'errors/index.ts': "export { code } from './code.js';",
      'errors/all.ts': "export { code } from './code.js';",
      'loose.ts': 'export {};',
      ...errors,
    };
    expect(violationsOf(files)).toEqual([
      'utilities/text.ts: folder is in no layer of the table',
      'errors/index.ts: lib/index.ts is the only barrel',
      'loose.ts: folder is in no layer of the table',
      'errors/index.ts: declares nothing, only re-exports',
      'errors/all.ts: declares nothing, only re-exports',
    ]);
  });

  it('reports an optional peer within reach of the main entry, at any distance', () => {
    const files = {
      'index.ts': "export { a } from './module/a.js';",
      'module/a.ts': "import { b } from './b.js'; export const a = b;",
      'module/b.ts': "import { T } from '@nestjs/terminus'; export const b = T;",
    };
    expect(violationsOf(files)).toEqual([
      "module/b.ts:1: main entry needs optional '@nestjs/terminus'",
    ]);
  });

  it('allows an optional peer on first use or behind a sub-path export', () => {
    const files = {
      'index.ts': "export { a } from './link/a.js';",
      'link/a.ts': "export const a = () => import('ws');",
      'health/b.ts': "import { T } from '@nestjs/terminus'; export const b = T;",
    };
    expect(violationsOf(files)).toEqual([]);
  });
});

describe('the style checker', () => {
  const violations = (path: string, source: string) => styleViolations(new Map([[path, source]]));

  it.each([
    ['a long file', 'pool/lease.ts', 'export {};\n'.repeat(301), '301 lines, 300 at most'],
    ['a file name in camel case', 'pool/poolLease.ts', 'export {};', 'not in kebab case'],
    ['an empty word', 'pool/lease.ts', 'class LeaseManager {}', 'says nothing'],
    ['an I prefix', 'pool/lease.ts', 'interface ILease {}', 'I prefix'],
    ['private below Nest', 'pool/lease.ts', 'class A { private x = 1; }', 'private x'],
    ['private parameters', 'link/a.ts', 'class A { constructor(private x: 1) {} }', 'private x'],
    ['#fields in Nest classes', 'client/a.ts', 'class A { #x = 1; }', 'Proxy'],
  ])('reports %s', (_, path, source, problem) => {
    const found = violations(path, source);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  it('accepts files of 300 lines and names such as IdleOrder or InfoFrame', () => {
    expect(violations('pool/socket-pool.ts', 'export {};\n'.repeat(300))).toEqual([]);
    expect(violations('pool/a.ts', 'interface IdleOrder {} class InfoFrame { #x = 1; }')).toEqual(
      [],
    );
    expect(violations('client/a.ts', 'class A { private x = 1; }')).toEqual([]);
  });
});
