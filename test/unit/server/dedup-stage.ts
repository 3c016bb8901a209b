import type { MessageHandler } from '@nestjs/microservices';
import { FrameType } from '../../../lib/protocol/frame.js';
import type { DeduplicationSettings } from '../../../lib/server/deduplication.js';
import { Deduplication } from '../../../lib/server/deduplication.js';
import { RequestRunner } from '../../../lib/server/request-runner.js';
import { RouteTable } from '../../../lib/server/route-table.js';
import type { SocketPoolContext } from '../../../lib/server/socket-pool-context.js';
import { requestFrame } from '../../support/scripted-client.js';
import { ServerHarness } from '../connection/server-harness.js';

export type Handler = (data: unknown, context: SocketPoolContext) => unknown;

const SETTINGS = { windowMs: 1_000, maxEntries: 100, maxBytes: 100_000, keepsObjects: false };

/** A handler behind a dedup window, and two connections to it: that of the call, and that of its repeat. */
export class DedupStage {
  readonly first = ServerHarness.ready();
  readonly second = ServerHarness.ready();
  readonly dedup: Deduplication;
  runs = 0;
  context: SocketPoolContext | undefined;
  #lastStreamId = 0;

  constructor(handler: Handler, settings: Partial<DeduplicationSettings> = {}) {
    const counted: Handler = (data, context) => {
      this.runs++;
      this.context = context;
      return handler(data, context);
    };
    const routes = new RouteTable((pattern) =>
      pattern.startsWith('ask') ? (counted as unknown as MessageHandler) : null,
    );
    const { clock } = this.first;
    this.dedup = new Deduplication(clock, { ...SETTINGS, ...settings }, (stream) =>
      runner.again(stream),
    );
    const logger = { error: () => {} };
    const runner = new RequestRunner(routes, () => undefined, logger);
    runner.deduplicate(this.dedup);
    for (const { handler: recorder } of [this.first, this.second])
      recorder.onRequest = (stream) => runner.run(stream);
  }

  async ask(at: ServerHarness, key: string | null = 'k', parts = {}): Promise<void> {
    const metadata = key === null ? undefined : { 'idempotency-key': key };
    at.client.send(requestFrame(++this.#lastStreamId, { metadata, ...parts }));
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((resolve) => process.nextTick(resolve));
      for (const { clock } of [this.first, this.second]) await clock.settle();
    }
  }

  async cancel(at: ServerHarness): Promise<void> {
    at.client.send({ type: FrameType.Cancel, streamId: this.#lastStreamId });
    await this.settle();
  }

  async lose(at: ServerHarness): Promise<void> {
    at.pair.client.destroy();
    await this.settle();
  }
}

export function repliesOf({ client }: ServerHarness): string[] {
  return client.frames.flatMap((frame) => {
    if (frame.type === FrameType.Error) return [`${frame.code} ${JSON.stringify(frame.payload)}`];
    if (frame.type === FrameType.Rejected) return ['rejected'];
    if (frame.type !== FrameType.Response) return [];
    const value = frame.hasPayload ? [String(JSON.stringify(frame.payload))] : [];
    return [[...value, ...(frame.isEnd ? ['end'] : [])].join(' ')];
  });
}

export function deferred<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}
