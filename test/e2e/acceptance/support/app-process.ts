import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { Answer, Order, Ready } from '../fixtures/orders.js';
import { compiledFixture } from './compiled-fixture.js';

const ANSWER_LIMIT_MS = 30_000;

/** How a process ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Another program that starts the process: it must become it. */
export interface Launch {
  readonly program: string;
  readonly arguments: readonly string[];
}

/** A Nest application in a process of its own, which ends with the test at the latest. */
export class AppProcess<Info = unknown> {
  /** What it wrote to its standard output and error. */
  output = '';
  readonly ended: Promise<Ending>;
  #isEnded = false;
  #orders = 0;

  private constructor(
    readonly child: ChildProcess,
    readonly name: string,
  ) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.#isEnded = true;
      return { code, signal } as Ending;
    });
    child.setMaxListeners(0);
    onTestFinished(async () => {
      if (!this.#isEnded) child.kill('SIGKILL');
      await this.ended;
    });
  }

  #info: Info | undefined;

  /** What it said of itself once it ran. */
  get info(): Info {
    return this.#info!;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** @param config what the fixture takes; it arrives as JSON */
  static async start<Info>(
    fixture: string,
    config: object,
    launch?: Launch,
  ): Promise<AppProcess<Info>> {
    const child = fork(compiledFixture(fixture), [JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
      ...(launch === undefined
        ? { execArgv: [] }
        : { execPath: launch.program, execArgv: [...launch.arguments, process.execPath] }),
    });
    const app = new AppProcess<Info>(child, fixture);
    const ready = await app.hear<Ready<Info>>((message) => 'ready' in (message as object));
    app.#info = ready.ready;
    return app;
  }

  /** Has the process do something, and waits for what it says of it. */
  async ask<Result = void>(name: string, argument?: unknown): Promise<Result> {
    const id = ++this.#orders;
    const heard = this.hear<Answer<Result>>((message) => (message as Answer<Result>).id === id);
    this.child.send({ id, name, argument } satisfies Order);
    const answer = await heard;
    if (answer.error !== undefined) throw new Error(`${this.name}: ${name}: ${answer.error}`);
    return answer.result as Result;
  }

  /** The next message that is meant. */
  hear<Message>(isMeant: (message: unknown) => boolean): Promise<Message> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('close', onClose);
        act();
      };
      const fail = (what: string): void =>
        finish(() => reject(new Error(`${this.name} ${what}\n${this.output}`)));
      const onMessage = (message: unknown): void => {
        if (isMeant(message)) finish(() => resolve(message as Message));
      };
      const onClose = (): void => fail('ended without an answer');
      const timer = setTimeout(() => fail('did not answer'), ANSWER_LIMIT_MS);
      child.on('message', onMessage);
      child.on('close', onClose);
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Open files of the process, sockets and pipes included. */
  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }
}
