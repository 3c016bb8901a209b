import type { Link } from '../../lib/link/link.js';
import { binaryDialect } from '../../lib/protocol/binary/binary-dialect.js';
import type { Dialect, DialectCodec } from '../../lib/protocol/dialect.js';
import type { EventFrame, Frame, HelloFrame, RequestFrame } from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { WriteBuffer } from '../../lib/protocol/write-buffer.js';
import { LinkRecorder } from './link-recorder.js';

const LIMITS = {
  maxMessageBytes: 1024 * 1024,
  maxMetadataBytes: 16 * 1024,
  maxPatternBytes: 1024,
};

const OPENING = {
  pattern: 'ask',
  isPatternJson: false,
  payload: 1,
  timeoutMs: 0,
  metadata: undefined,
  fault: undefined,
};

/** A hello of which a test names only what it is about. */
export function helloFrame(terms: Partial<HelloFrame> = {}): HelloFrame {
  return {
    type: FrameType.Hello,
    version: 1,
    maxFrameBytes: 1024 * 1024,
    maxStreams: 0,
    initialCreditBytes: 64 * 1024,
    heartbeatIntervalMs: 0,
    codecs: [0, 1],
    metadata: undefined,
    ...terms,
  };
}

export function requestFrame(streamId: number, parts: Partial<RequestFrame> = {}): RequestFrame {
  return { type: FrameType.Request, streamId, ...OPENING, ...parts };
}

export function eventFrame(streamId: number, parts: Partial<EventFrame> = {}): EventFrame {
  return { type: FrameType.Event, streamId, ...OPENING, ...parts };
}

/** The client's end of a link, which says exactly what a test tells it to, rules or not. */
export class ScriptedClient {
  readonly frames: Frame[] = [];
  readonly recorder = new LinkRecorder();
  readonly #codec: DialectCodec;

  constructor(
    readonly link: Link,
    dialect: Dialect = binaryDialect,
  ) {
    const onError = (error: Error): never => {
      throw error;
    };
    this.#codec = dialect.open({ role: 'client', limits: LIMITS, onError });
    const decoder = this.#codec.decoder((frame) => this.frames.push(frame));
    const { recorder } = this;
    link.start({
      onData: (chunk) => {
        recorder.onData(chunk);
        for (let isDone = decoder.read(chunk); !isDone; isDone = decoder.resume());
      },
      onDrain: () => recorder.onDrain(),
      onEnd: () => recorder.onEnd(),
      onClose: (error) => recorder.onClose(error),
    });
  }

  get isClosed(): boolean {
    return this.recorder.isClosed;
  }

  /** In one write. */
  send(...frames: Frame[]): void {
    this.link.write(this.encode(...frames));
  }

  encode(...frames: Frame[]): Buffer {
    const out = new WriteBuffer();
    for (const frame of frames) this.#codec.encoder.encode(frame, out);
    return Buffer.concat(out.chunks());
  }

  /** The frames of one type, in the order in which they came. */
  of<Type extends Frame['type']>(type: Type): Extract<Frame, { type: Type }>[] {
    return this.frames.filter(
      (frame): frame is Extract<Frame, { type: Type }> => frame.type === type,
    );
  }
}
