import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './tree.js';

const PROCESS_TIMEOUT_MS = 60_000;

/** A folder of a user who installed the packed tarball and chosen peers, and nothing else. */
export interface Installation {
  readonly folder: string;
  /** Runs a script there in its own process; fails with its output when the exit code is not 0. */
  run(script: string, type: 'module' | 'commonjs'): string;
  remove(): void;
}

/** Packs `dist` as it stands and unpacks it where no other package can be found. */
export function installPackage(peers: readonly string[]): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'installed-'));
  const target = join(folder, 'node_modules', 'nestjs-socket-pool');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', pack(folder), '-C', target, '--strip-components=1']);
  for (const peer of peers) linkPeer(peer, folder);
  return {
    folder,
    run: (script, type) => runScript(folder, script, type),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function pack(folder: string): string {
  const options = ['--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder];
  const output = execFileSync('npm', ['pack', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROCESS_TIMEOUT_MS,
  });
  const name = /"filename":\s*"([^"]+)"/.exec(output)?.[1];
  if (name === undefined) throw new Error(`npm pack named no tarball: ${output}`);
  return join(folder, name);
}

function linkPeer(peer: string, folder: string): void {
  const link = join(folder, 'node_modules', peer);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', peer), link, 'dir');
}

function runScript(folder: string, script: string, type: 'module' | 'commonjs'): string {
  return execFileSync(process.execPath, [`--input-type=${type}`, '--eval', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROCESS_TIMEOUT_MS,
  });
}
