import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { resolveOptions } from '../../lib/common/options.js';
import { managementOptionTable } from '../../lib/management/management-options.js';
import type {
  ManagementCommand,
  ServicePicture,
} from '../../lib/management/management.contract.js';
import { CONTRACT_VERSION } from '../../lib/management/management.contract.js';
import { startInlineManagement } from '../../lib/management/worker/inline.js';
import { WatchedService } from './watched-service.js';

export const ACT = 'the-token-to-act-with';
export const READ = 'the-token-to-read-with';

export interface Question {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** As JSON; `undefined` when it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** The management application in the test's own thread, over a service that is made of cells and pictures. */
export class InlineManagement {
  readonly commands: ManagementCommand[] = [];
  /** What the service answers to a command. */
  answer: (command: ManagementCommand) => unknown = () => ({ name: 'orders' });
  address = '';
  close: () => Promise<void> = () => Promise.resolve();
  private post: (picture: ServicePicture) => void = () => undefined;

  private constructor(readonly service: WatchedService) {}

  static async start(input: object = {}): Promise<InlineManagement> {
    const service = new WatchedService();
    const management = new InlineManagement(service);
    const options = resolveOptions(
      managementOptionTable,
      { port: 0, isolation: 'inline', ...input },
      [],
    );
    const shared = service.cells.cells.buffer as SharedArrayBuffer;
    const data = {
      version: CONTRACT_VERSION,
      shared,
      pid: process.pid,
      probeName: 'probe',
      beaconId: '00'.repeat(16),
      options,
    };
    const inline = await startInlineManagement(data, (message) => {
      if (message.type === 'command') inline.post(management.answerTo(message.id, message.command));
    });
    management.close = () => inline.close();
    onTestFinished(() => inline.close());
    management.address = inline.address;
    management.post = (picture) => inline.post({ type: 'picture', picture });
    management.beat();
    return management;
  }

  /** Now, by the real clock. */
  beat(): void {
    this.service.cells.cells[0] = process.hrtime.bigint();
  }

  show(changes: Partial<ServicePicture> = {}): void {
    this.post(this.service.picture({ takenAt: Date.now(), ...changes }));
  }

  async ask(path: string, question: Question = {}): Promise<Answer> {
    const { method = 'GET', token, headers, body } = question;
    const url = new URL(this.address);
    const json = body === undefined ? undefined : JSON.stringify(body);
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)({
      ...{
        host: url.hostname.replace(/[[\]]/g, ''),
        port: url.port,
        path,
        method,
        rejectUnauthorized: false,
      },
      agent: false,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    request.end(json);
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, headers: response.headers, text, body: parsed(text) };
  }

  private answerTo(id: number, command: ManagementCommand) {
    this.commands.push(command);
    try {
      const takenAt = Date.now();
      const picture = command.kind === 'picture' ? this.service.picture({ takenAt }) : undefined;
      return { type: 'answer', id, ok: true, value: picture ?? this.answer(command) } as const;
    } catch (error) {
      const { code = 'INTERNAL_ERROR', message } = error as { code?: string; message: string };
      return { type: 'answer', id, ok: false, code, message } as const;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
