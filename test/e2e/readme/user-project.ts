import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './readme-text.js';

const LIMIT_MS = 60_000;

/** A folder that was empty, in which somebody follows the README. */
export class UserProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'readme-'));
  readonly #running: ChildProcess[] = [];

  /** `npm install` of the packed package, without a network; its peers are those of this repository. */
  install(peers: readonly string[]): void {
    const [name] = JSON.parse(this.npm(['pack', '--ignore-scripts', '--json', ROOT])) as {
      filename: string;
    }[];
    this.npm(['install', '--offline', '--legacy-peer-deps', `./${name!.filename}`]);
    for (const peer of peers) this.#link(peer);
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  npm(args: readonly string[]): string {
    return this.run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error']);
  }

  /** @throws Error with what it wrote, when the exit code is not 0 */
  run(command: string, args: readonly string[]): string {
    try {
      return execFileSync(command, args, {
        cwd: this.folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LIMIT_MS,
      });
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, {
        cause: error,
      });
    }
  }

  /** Starts a program that stays. */
  start(script: string): ChildProcess {
    const child = spawn(process.execPath, [script], {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#running.push(child);
    return child;
  }

  async remove(): Promise<void> {
    for (const child of this.#running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #link(peer: string): void {
    const link = join(this.folder, 'node_modules', peer);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', peer), link, 'dir');
  }
}
