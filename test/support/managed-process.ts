import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from './until.js';

const SERVICE = fileURLToPath(
  new URL('../integration/management/fixtures/managed-service.mjs', import.meta.url),
);
const ANSWER_LIMIT_MS = 10_000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** As JSON; `undefined` when it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly tookMs: number;
}

export interface Question {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ProcessSettings {
  /** Of the management module. */
  readonly options?: object;
  /** Where a real server listens. */
  readonly address?: string;
  readonly server?: object;
  readonly serverTls?: object;
  readonly version?: number;
  readonly fifo?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Message {
  readonly type: string;
  readonly id?: number;
  readonly address?: string;
  readonly message?: string;
  readonly value?: unknown;
}

/** A service with its management thread, in a process of its own that may get stuck. */
export class ManagedProcess {
  address = '';
  output = '';
  readonly messages: Message[] = [];
  private lastId = 0;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(readonly child: ChildProcess) {
    child.on('message', (message: Message) => this.messages.push(message));
    child.stdout?.on('data', (text: Buffer) => (this.output += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (this.output += text.toString()));
  }

  /** @param whenEnded what stops it; the end of the test by default */
  static async start(
    { env, ...settings }: ProcessSettings = {},
    whenEnded: (stop: () => Promise<void>) => void = onTestFinished,
  ): Promise<ManagedProcess> {
    const service = new ManagedProcess(
      fork(SERVICE, [JSON.stringify(settings)], {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, NO_COLOR: '1', ...env },
      }),
    );
    whenEnded(() => service.stop());
    await service.started();
    return service;
  }

  async ask(path: string, question: Question = {}): Promise<Answer> {
    const { method = 'GET', token, headers, body } = question;
    const url = new URL(this.address);
    const json = body === undefined ? undefined : JSON.stringify(body);
    const startedAt = performance.now();
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)({
      ...{ host: url.hostname, port: url.port, path, method, rejectUnauthorized: false },
      ...(url.protocol === 'http:' && { agent: this.agent }),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(json)),
        }),
        ...headers,
      },
    });
    request.end(json);
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const [response] = await once(request, 'response', { signal });
    let text = '';
    for await (const chunk of response) text += String(chunk);
    const tookMs = performance.now() - startedAt;
    const { statusCode: status, headers: received } = response;
    return { status, headers: received, text, body: parsed(text), tookMs };
  }

  /** Has the service do something; it answers when its loop turns. */
  async tell(name: string, value?: unknown): Promise<unknown> {
    const id = ++this.lastId;
    this.child.send({ id, name, value });
    const isDone = (message: Message): boolean => message.type === 'done' && message.id === id;
    await until(() => this.messages.some(isDone), `the service did "${name}"`);
    return this.messages.find(isDone)?.value;
  }

  /** Its loop is stuck from soon on. */
  async block(kind: string, ms: number): Promise<void> {
    await this.tell('block', { kind, ms });
  }

  async ended(): Promise<{ readonly code: number | null; readonly signal: string | null }> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      await once(this.child, 'exit', { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.child.kill('SIGKILL');
    await this.ended();
  }

  private async started(): Promise<void> {
    const isStarted = ({ type }: Message): boolean => type === 'ready' || type === 'failed';
    const hasEnded = (): boolean => this.child.exitCode !== null;
    await until(() => this.messages.some(isStarted) || hasEnded(), 'management started', 15_000);
    const first = this.messages.find(isStarted);
    if (first?.address === undefined)
      throw new Error(first?.message ?? `the service ended: ${this.output}`);
    this.address = first.address;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
