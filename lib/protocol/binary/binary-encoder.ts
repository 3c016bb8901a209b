import type { FrameEncoder, PacketHooks, ProtocolLimits } from '../dialect.js';
import type { ErrorFrame, EventFrame, Frame, RequestFrame, ResponseFrame } from '../frame.js';
import { FrameType } from '../frame.js';
import { errorPacket, openingPacket, responsePacket, serializePacket } from '../packet.js';
import type { WriteBuffer } from '../write-buffer.js';
import { FrameWriter } from './frame-writer.js';
import { errorWord } from './frames/error.js';
import { writeCredit } from './frames/flow.js';
import { writeHello } from './frames/hello.js';
import { writeOpening, writeOpeningOfEnvelope } from './frames/opening.js';
import { writePing, writePong } from './frames/ping-pong.js';
import { writeGoAway, writeRejected } from './frames/refusal.js';
import { responseWord } from './frames/response.js';
import { PREFACE_BYTES, PROTOCOL_VERSION, writePreface } from './preface.js';

/** Room for the fields of fixed length of any frame; what is longer reserves for itself. */
const FIXED_BYTES = 24;

/** Frames to bytes. The preface goes before the first frame by itself. */
export class BinaryEncoder implements FrameEncoder {
  readonly #writer: FrameWriter;
  /** Only when there is a custom serializer. */
  readonly #hooks: PacketHooks | undefined;
  #isPrefaced = false;

  constructor(limits: ProtocolLimits, hooks: PacketHooks | undefined) {
    this.#writer = new FrameWriter(limits);
    this.#hooks = hooks?.serialize === undefined ? undefined : hooks;
  }

  limitTo(maxFrameBytes: number): void {
    this.#writer.limitTo(maxFrameBytes);
  }

  encode(frame: Frame, out: WriteBuffer): number {
    const mark = out.mark();
    try {
      if (!this.#isPrefaced) this.#writePreface(frame, out);
      this.#writer.begin(out, FIXED_BYTES);
      const creditBytes = this.#write(frame);
      this.#isPrefaced = true;
      return creditBytes;
    } catch (error) {
      out.rewind(mark);
      throw error;
    }
  }

  #write(frame: Frame): number {
    switch (frame.type) {
      case FrameType.Request:
      case FrameType.Event:
        return this.#writeOpening(frame);
      case FrameType.Response:
        return this.#writeResponse(frame);
      case FrameType.Error:
        return this.#writeError(frame);
      default:
        this.#writeControl(frame);
        return 0;
    }
  }

  #writeOpening(frame: RequestFrame | EventFrame): number {
    const writer = this.#writer;
    const hooks = this.#hooks;
    let word: number;
    if (hooks === undefined) {
      word = writeOpening(writer, frame);
      word |= writer.payload(frame.payload) << 16;
    } else {
      const id = frame.type === FrameType.Request ? String(frame.streamId) : undefined;
      word = writeOpeningOfEnvelope(writer, frame);
      word |= writer.envelope(serializePacket(hooks, openingPacket(frame, id))) << 16;
    }
    writer.finish(word, frame.streamId);
    return 0;
  }

  #writeResponse(frame: ResponseFrame): number {
    const hooks = this.#hooks;
    const flags =
      hooks === undefined
        ? this.#writer.payload(frame.hasPayload ? frame.payload : undefined)
        : this.#writer.envelope(
            serializePacket(hooks, responsePacket(frame, String(frame.streamId))),
          );
    const bytes = this.#writer.finish(responseWord(frame.isEnd, flags), frame.streamId);
    return frame.isEnd ? 0 : bytes;
  }

  #writeError(frame: ErrorFrame): number {
    const hooks = this.#hooks;
    const isPacket = frame.code === 'HANDLER_FAILED' || frame.code === 'NO_HANDLER';
    const flags =
      hooks === undefined || !isPacket
        ? this.#writer.payload(frame.payload)
        : this.#writer.envelope(serializePacket(hooks, errorPacket(frame, String(frame.streamId))));
    this.#writer.finish(errorWord(frame.code, flags), frame.streamId);
    return 0;
  }

  #writeControl(
    frame: Exclude<Frame, RequestFrame | EventFrame | ResponseFrame | ErrorFrame>,
  ): void {
    const writer = this.#writer;
    let aux = 0;
    let streamId = 0;
    if ('streamId' in frame) streamId = frame.streamId;
    if ('reason' in frame) aux = frame.reason & 0xffff;
    if (frame.type === FrameType.Hello) writeHello(writer, frame);
    else if (frame.type === FrameType.Credit) writeCredit(writer, frame);
    else if (frame.type === FrameType.Ping) writePing(writer, frame);
    else if (frame.type === FrameType.Pong) writePong(writer, frame);
    else if (frame.type === FrameType.GoAway) writeGoAway(writer, frame);
    else if (frame.type === FrameType.Rejected) writeRejected(writer, frame);
    writer.finish((frame.type << 24) | aux, streamId);
  }

  #writePreface(frame: Frame, out: WriteBuffer): void {
    out.reserve(PREFACE_BYTES);
    const version = frame.type === FrameType.Hello ? frame.version : PROTOCOL_VERSION;
    writePreface(out.bytes, out.offset, version);
    out.offset += PREFACE_BYTES;
  }
}
