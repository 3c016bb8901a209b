import { Buffer } from 'node:buffer';
import type { Link } from '../../lib/link/link.js';
import { binaryDialect } from '../../lib/protocol/binary/binary-dialect.js';
import type { Dialect, DialectCodec, FrameDecoder, Role } from '../../lib/protocol/dialect.js';
import type { Frame } from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { WriteBuffer } from '../../lib/protocol/write-buffer.js';
import { LinkRecorder } from './link-recorder.js';

const LIMITS = {
  maxMessageBytes: 16 * 1024 * 1024,
  maxMetadataBytes: 16 * 1024,
  maxPatternBytes: 1024,
};

type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>;

export interface ScriptedPeerOptions {
  readonly role: Role;
  /** Default: the binary dialect. */
  readonly dialect?: Dialect;
  /** Whether pings are answered. Default `true`. */
  readonly answersPings?: boolean;
}

/**
 * One end of a link that says exactly what a test tells it to, rules or not, and by itself nothing but
 * pongs. What it hears is kept until a test `expect`s it. How the bytes travel is set on the wires of
 * the `MemoryLinkPair`: stalled, dropped, split, reset.
 */
export class ScriptedPeer {
  /** Every frame that came, in order. */
  readonly frames: Frame[] = [];
  readonly recorder = new LinkRecorder();
  answersPings: boolean;
  readonly #codec: DialectCodec;
  readonly #decoder: FrameDecoder;
  #expected = 0;

  constructor(
    readonly link: Link,
    options: ScriptedPeerOptions,
  ) {
    const onError = (error: Error): never => {
      throw error;
    };
    const dialect = options.dialect ?? binaryDialect;
    this.answersPings = options.answersPings ?? true;
    this.#codec = dialect.open({ role: options.role, limits: LIMITS, onError });
    this.#decoder = this.#codec.decoder((frame) => this.#onFrame(frame));
    link.start({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => this.recorder.onDrain(),
      onEnd: () => this.recorder.onEnd(),
      onClose: (error) => this.recorder.onClose(error),
    });
  }

  get isClosed(): boolean {
    return this.recorder.isClosed;
  }

  /** The other end has sent its end (FIN), and everything before it has arrived. */
  get isEnded(): boolean {
    return this.recorder.ends > 0;
  }

  /** In one write. */
  send(...frames: Frame[]): void {
    this.link.write(this.encode(...frames));
  }

  /** The bytes of frames, to be sent in pieces, damaged, or not at all. */
  encode(...frames: Frame[]): Buffer {
    const out = new WriteBuffer();
    for (const frame of frames) this.#codec.encoder.encode(frame, out);
    return Buffer.concat(out.chunks());
  }

  /** The frames of one type, in the order in which they came. */
  of<Type extends Frame['type']>(type: Type): FrameOf<Type>[] {
    return this.frames.filter((frame): frame is FrameOf<Type> => frame.type === type);
  }

  /**
   * The next frame that no test has asked for yet, heartbeats left out.
   *
   * @throws when there is none, or it is of another type
   */
  expect<Type extends Frame['type']>(type: Type): FrameOf<Type> {
    const frame = this.#next();
    if (frame === undefined) throw new Error(`no frame came, one of type ${type} should have`);
    if (frame.type !== type)
      throw new Error(
        `a frame of type ${frame.type} came, not of ${type}: ${JSON.stringify(frame)}`,
      );
    return frame as FrameOf<Type>;
  }

  /** @throws when there is a frame that no test has asked for */
  expectNothing(): void {
    const frame = this.#next();
    if (frame !== undefined) throw new Error(`a frame came: ${JSON.stringify(frame)}`);
  }

  #next(): Frame | undefined {
    while (this.#expected < this.frames.length) {
      const frame = this.frames[this.#expected++]!;
      if (frame.type !== FrameType.Ping && frame.type !== FrameType.Pong) return frame;
    }
    return undefined;
  }

  #onData(chunk: Buffer): void {
    this.recorder.onData(chunk);
    for (let isDone = this.#decoder.read(chunk); !isDone; isDone = this.#decoder.resume());
  }

  #onFrame(frame: Frame): void {
    this.frames.push(frame);
    if (frame.type !== FrameType.Ping || !this.answersPings) return;
    this.send({ type: FrameType.Pong, nonce: frame.nonce, loopLagMs: 0, queueAgeMs: 0 });
  }
}
