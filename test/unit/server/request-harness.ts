import type { MessageHandler } from '@nestjs/microservices';
import { RequestRunner } from '../../../lib/server/request-runner.js';
import type { ProcessingSpan } from '../../../lib/server/processing-span.js';
import { RouteTable } from '../../../lib/server/route-table.js';
import type { SocketPoolContext } from '../../../lib/server/socket-pool-context.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { requestFrame } from '../../support/scripted-client.js';
import { ServerHarness } from '../connection/server-harness.js';

/** A handler that a test gives, called by requests that really arrive on a memory link. */
export class RequestHarness {
  readonly errors: unknown[] = [];
  readonly contexts: SocketPoolContext[] = [];
  readonly server: ServerHarness;
  span: ProcessingSpan | undefined;
  #lastStreamId = 0;

  constructor(
    handler: (data: unknown, context: SocketPoolContext) => unknown,
    ...harness: Parameters<typeof ServerHarness.ready>
  ) {
    this.server = ServerHarness.ready(...harness);
    const observed = (data: unknown, context: SocketPoolContext): unknown => {
      this.contexts.push(context);
      return handler(data, context);
    };
    const routes = new RouteTable((pattern) =>
      pattern === 'ask' ? (observed as unknown as MessageHandler) : null,
    );
    const logger = { error: (error: unknown) => this.errors.push(error) };
    const runner = new RequestRunner(routes, () => this.span, logger);
    this.server.handler.onRequest = (stream) => {
      this.server.handler.streams.push(stream);
      runner.run(stream);
    };
  }

  /** Asks, and lets whatever can happen without time passing happen. */
  async ask(parts: Parameters<typeof requestFrame>[1] = {}): Promise<number> {
    this.#lastStreamId++;
    this.server.client.send(requestFrame(this.#lastStreamId, parts));
    await this.settle();
    return this.#lastStreamId;
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((resolve) => process.nextTick(resolve));
      await this.server.clock.settle();
    }
  }

  async cancel(streamId: number): Promise<void> {
    this.server.client.send({ type: FrameType.Cancel, streamId });
    await this.settle();
  }

  /** Values and ends that the client got: `1`, `2 end`, `end`, `error {…}`. */
  get replies(): string[] {
    return this.server.client.frames.flatMap((frame) => {
      if (frame.type === FrameType.Response) {
        const value = frame.hasPayload ? [String(JSON.stringify(frame.payload))] : [];
        return [[...value, ...(frame.isEnd ? ['end'] : [])].join(' ')];
      }
      return frame.type === FrameType.Error
        ? [`${frame.code} ${JSON.stringify(frame.payload)}`]
        : [];
    });
  }
}
