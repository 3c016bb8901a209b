import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { codeBlocks, ReadmeText, ROOT } from './readme-text.js';
import { UserProject } from './user-project.js';

const readme = new ReadmeText();
const quickStart = readme.section('Quick start');
const blocks = codeBlocks(quickStart);
const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  scripts: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
};
const commands = blocks.filter(({ language }) => language === 'sh').flatMap(linesOf);

function linesOf({ code }: { code: string }): string[] {
  return code
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
    .filter(Boolean);
}

/** What a line of the README has npm install, without versions. */
function installed(line: RegExp): string[] {
  const command = commands.find((each) => line.test(each)) ?? '';
  const names = command.split(' ').slice(2);
  return names.filter((name) => !name.startsWith('-')).map((name) => name.replace(/(.)@.*$/, '$1'));
}

const runtime = installed(/^npm install (?!--save-dev)/);
const tools = installed(/^npm install --save-dev/);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the quick start, followed to the letter in an empty folder', () => {
  const project = new UserProject();
  const ports = new Map<string, number>();

  /** Everything as it stands, but for the ports, which may be taken where this runs. */
  const withFreePorts = (text: string): string =>
    text.replaceAll(/\b(4001|3000)\b/g, (port) => String(ports.get(port)));

  beforeAll(async () => {
    for (const port of ['4001', '3000']) ports.set(port, await freePort());
    for (const command of commands[0]!.split(' && ')) project.npm(command.split(' ').slice(1));
    project.install([...runtime.filter((name) => name !== 'nestjs-socket-pool'), ...tools]);
    for (const { path, code } of blocks)
      if (path !== undefined) project.write(path, withFreePorts(code));
  });

  afterAll(() => project.remove());

  it('compiles as it says', () => {
    expect(commands).toContain('npx tsc');
    expect(blocks.map(({ path }) => path).filter(Boolean)).toEqual([
      'tsconfig.json',
      'src/service.ts',
      'src/gateway.ts',
    ]);
    project.run(process.execPath, ['node_modules/typescript/bin/tsc']);
  });

  it('runs as it says, answers the curl line, and ends on SIGTERM', async () => {
    const programs = commands.filter((line) => /^node \S+ &$/.test(line));
    expect(programs).toEqual(['node dist/service.js &', 'node dist/gateway.js &']);
    const children = programs.map((line) => project.start(line.split(' ')[1]!));

    const [, url, answer] = /curl (\S+)\s+# (.+)/.exec(withFreePorts(quickStart))!;
    let body = '';
    await until(
      async () => {
        body = await fetch(url!).then(
          (response) => response.text(),
          () => '',
        );
        return body === answer;
      },
      `GET ${url} answers ${answer}`,
      30_000,
    );
    expect(body).toBe(answer);

    for (const child of children) {
      child.kill('SIGTERM');
      await once(child, 'exit');
      expect(child.signalCode).toBe('SIGTERM');
    }
  });
});

describe('what the README names', () => {
  it('installs what the package needs', () => {
    const required = Object.keys(manifest.peerDependencies).filter(
      (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
    );
    expect(runtime.toSorted()).toEqual(
      ['nestjs-socket-pool', '@nestjs/platform-express', ...required].toSorted(),
    );
  });

  it('exists: its commands, the files it links to, its headings', () => {
    for (const command of readme.npmCommands) {
      const script = command.replace(/^run /, '');
      expect(Object.keys(manifest.scripts), `npm ${command}`).toContain(script);
    }
    for (const target of readme.links) expect(existsSync(join(ROOT, target)), target).toBe(true);
    const known = readme.headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const anchor of readme.anchors) expect(known).toContain(anchor);
  });

  it('exists: every path of the repository in its text', () => {
    const paths = readme.text.matchAll(/`((?:sample|lib|test)\/[\w./-]+)`/g);
    for (const [, path] of paths) expect(existsSync(join(ROOT, path!)), path).toBe(true);
  });
});
