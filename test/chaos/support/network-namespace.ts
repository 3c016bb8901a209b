import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import type { Launch } from '../../e2e/acceptance/support/app-process.js';

/** A hardware address that nobody has: what is sent there is dropped without an answer. */
const NOBODY = '02:00:00:00:00:01';
let opened = 0;

/**
 * A network of its own for one process, over a cable whose packets can be made to vanish, in both
 * directions and in silence, as behind a firewall or a dead switch.
 */
export class NetworkNamespace {
  readonly address: string;
  readonly #near: string;
  readonly #name: string;
  readonly #ends: readonly [near: string, far: string];

  private constructor(id: number) {
    const [third, fourth] = [Math.floor(id / 60) % 250, 4 * (id % 60)];
    this.#near = `10.213.${third}.${fourth + 1}`;
    this.address = `10.213.${third}.${fourth + 2}`;
    this.#name = `chaos${id}`;
    this.#ends = [`cn${id}`, `cf${id}`];
  }

  /** Opens one that is gone with the test; says in words why if that is not permitted here. */
  static open(): NetworkNamespace | string {
    const namespace = new NetworkNamespace(((process.pid % 10_000) * 10 + opened++) % 15_000);
    try {
      namespace.#create();
    } catch (error) {
      namespace.#remove();
      const [why] = String((error as { stderr?: unknown }).stderr ?? error).split('\n');
      return `network namespaces are not permitted here: ${why}`;
    }
    onTestFinished(() => namespace.#remove());
    return namespace;
  }

  /** Starts processes inside. */
  get launch(): Launch {
    return { program: 'ip', arguments: ['netns', 'exec', this.#name] };
  }

  /** From now on no packet arrives, from either side. */
  dropAll(): void {
    const [near, far] = this.#ends;
    ip('neigh', 'replace', this.address, 'lladdr', NOBODY, 'dev', near, 'nud', 'permanent');
    const inside = ['-n', this.#name, 'neigh', 'replace', this.#near];
    ip(...inside, 'lladdr', NOBODY, 'dev', far, 'nud', 'permanent');
  }

  #create(): void {
    const [near, far] = this.#ends;
    const name = this.#name;
    ip('netns', 'add', name);
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
    ip('link', 'set', far, 'netns', name);
    ip('addr', 'add', `${this.#near}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    ip('-n', name, 'addr', 'add', `${this.address}/30`, 'dev', far);
    ip('-n', name, 'link', 'set', far, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }

  #remove(): void {
    for (const args of [
      ['link', 'del', this.#ends[0]],
      ['netns', 'del', this.#name],
    ]) {
      try {
        ip(...args);
      } catch {
        // It was never made.
      }
    }
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
