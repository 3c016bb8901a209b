import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPackage, type Installation } from './installed-package.js';
import { OPTIONAL_PEERS, REQUIRED_PEERS } from './layer-table.js';
import { ROOT } from './tree.js';

const ESM = `import 'reflect-metadata';
import * as nest from '@nestjs/microservices';
import * as core from '@nestjs/core';
import * as common from '@nestjs/common';
import * as rxjs from 'rxjs';
import * as pool from 'nestjs-socket-pool';
`;

const CJS = `require('reflect-metadata');
const nest = require('@nestjs/microservices');
const core = require('@nestjs/core');
const common = require('@nestjs/common');
const rxjs = require('rxjs');
const pool = require('nestjs-socket-pool');
`;

/** A service and a client over a unix socket, written without decorators: plain JavaScript. */
const ONE_CALL = `
const decorate = (decorator, target, key) =>
  decorator(target, key, Object.getOwnPropertyDescriptor(target, key));
class Sums { add(numbers) { return numbers.reduce((sum, n) => sum + n, 0); } }
common.Controller()(Sums);
decorate(nest.MessagePattern('add'), Sums.prototype, 'add');
class AppModule {}
common.Module({ controllers: [Sums] })(AppModule);
async function main() {
  const address = 'unix:' + process.cwd() + '/service.sock';
  const strategy = new pool.SocketPoolServer({ listen: address });
  const app = await core.NestFactory.createMicroservice(AppModule, { strategy, logger: false });
  await app.listen();
  const client = new pool.SocketPoolClient({ endpoints: [address] });
  console.log('sum', await rxjs.firstValueFrom(client.send('add', [1, 2, 3])));
  await client.close();
  await app.close();
}
main().catch((error) => { console.error(error); process.exitCode = 1; });
`;

const LIST_NAMES = `console.log(Object.keys(pool).filter((name) => name !== 'default').sort().join());`;

describe('the packed package with the required peers only', () => {
  let installed: Installation;

  beforeAll(() => {
    installed = installPackage(REQUIRED_PEERS);
  });

  afterAll(() => installed?.remove());

  it('has no optional peer to fall back on', () => {
    for (const peer of OPTIONAL_PEERS) {
      expect(existsSync(join(installed.folder, 'node_modules', peer)), peer).toBe(false);
      const load = `import('${peer}').then(() => console.log('found'), (e) => console.log(e.code));`;
      expect(installed.run(load, 'module').trim(), peer).toBe('ERR_MODULE_NOT_FOUND');
    }
  });

  it('loads with import and with require, and both give the same names', () => {
    const imported = installed.run(ESM + LIST_NAMES, 'module').trim();
    const required = installed.run(CJS + LIST_NAMES, 'commonjs').trim();
    expect(imported).toContain('SocketPoolClient');
    expect(imported).toContain('SocketPoolServer');
    expect(required).toBe(imported);
  });

  it.each([
    ['import', ESM, 'module'],
    ['require', CJS, 'commonjs'],
  ] as const)('makes a call through %s and lets the process end', (_, imports, type) => {
    expect(installed.run(imports + ONE_CALL, type).trim()).toBe('sum 6');
  });

  it('names the missing peer when the health entry is loaded without it', () => {
    const load = `import('nestjs-socket-pool/health').catch((e) => console.log(e.message));`;
    expect(installed.run(load, 'module')).toContain('@nestjs/terminus');
  });

  it('carries the protocol specification, the licence and nothing from the tests', () => {
    const root = join(installed.folder, 'node_modules', 'nestjs-socket-pool');
    for (const file of ['lib/protocol/PROTOCOL.md', 'LICENSE', 'README.md', 'dist/index.d.ts']) {
      expect(existsSync(join(root, file)), file).toBe(true);
    }
    expect(existsSync(join(root, 'test'))).toBe(false);
    expect(existsSync(join(root, 'sample'))).toBe(false);
  });
});

describe('the packed package with @nestjs/terminus', () => {
  it('loads the health entry with import and with require', () => {
    const installed = installPackage([...REQUIRED_PEERS, '@nestjs/terminus']);
    try {
      const load = `import('nestjs-socket-pool/health').then((m) => console.log(Object.keys(m).join()));`;
      const required = `console.log(Object.keys(require('nestjs-socket-pool/health')).join());`;
      expect(installed.run(load, 'module')).toContain('SocketPoolHealthIndicator');
      expect(installed.run(required, 'commonjs')).toContain('SocketPoolHealthIndicator');
    } finally {
      installed.remove();
    }
  });
});

describe('the manifest', () => {
  it('declares the peers the layer table knows, the optional ones as optional', async () => {
    const url = join(ROOT, 'package.json');
    const { default: manifest } = await import(url, { with: { type: 'json' } });
    const declared = Object.keys(manifest.peerDependencies);
    const optional = Object.keys(manifest.peerDependenciesMeta);
    expect(declared.filter((name) => !optional.includes(name)).sort()).toEqual(
      [...REQUIRED_PEERS].sort(),
    );
    for (const name of optional) expect(OPTIONAL_PEERS).toContain(name);
    expect(manifest.dependencies ?? {}).toEqual({});
  });
});
