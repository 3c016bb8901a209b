import type { FrameEncoder, Packet, PacketHooks, ProtocolLimits } from '../dialect.js';
import { unserializable } from '../faults.js';
import type {
  ErrorFrame,
  EventFrame,
  Frame,
  Metadata,
  RequestFrame,
  ResponseFrame,
} from '../frame.js';
import { FrameType } from '../frame.js';
import { errorPacket, openingPacket, responsePacket, serializePacket } from '../packet.js';
import type { Content } from '../payload-codec.js';
import { contentOf, encodeJson, isBytes } from '../payload-codec.js';
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
    // Runs code of the caller, which may send other frames: they come before this one.
    const content = this.#contentOf(frame);
    const metadata = this.#metadataOf(frame);
    const mark = out.mark();
    try {
      if (!this.#isPrefaced) this.#writePreface(frame, out);
      this.#writer.begin(out, FIXED_BYTES);
      const creditBytes = this.#write(frame, content, metadata);
      this.#isPrefaced = true;
      return creditBytes;
    } catch (error) {
      out.rewind(mark);
      throw error;
    }
  }

  #contentOf(frame: Frame): Content {
    const hooks = this.#hooks;
    switch (frame.type) {
      case FrameType.Request:
      case FrameType.Event:
        return hooks === undefined ? contentOf(frame.payload) : openingEnvelope(hooks, frame);
      case FrameType.Response:
        if (hooks !== undefined) return responseEnvelope(hooks, frame);
        return frame.hasPayload ? contentOf(frame.payload) : undefined;
      case FrameType.Error:
        return hooks !== undefined && isPacket(frame)
          ? errorEnvelope(hooks, frame)
          : contentOf(frame.payload);
      default:
        return undefined;
    }
  }

  /** An envelope holds the metadata of its packet itself. */
  #metadataOf(frame: Frame): string | undefined {
    switch (frame.type) {
      case FrameType.Request:
      case FrameType.Event:
        return this.#hooks === undefined ? metadataText(frame.metadata) : undefined;
      case FrameType.Hello:
        return metadataText(frame.metadata);
      default:
        return undefined;
    }
  }

  #write(frame: Frame, content: Content, metadata: string | undefined): number {
    switch (frame.type) {
      case FrameType.Request:
      case FrameType.Event:
        return this.#writeOpening(frame, content, metadata);
      case FrameType.Response:
        return this.#writeResponse(frame, content);
      case FrameType.Error:
        return this.#writeError(frame, content);
      default:
        this.#writeControl(frame, metadata);
        return 0;
    }
  }

  #writeOpening(
    frame: RequestFrame | EventFrame,
    content: Content,
    metadata: string | undefined,
  ): number {
    const writer = this.#writer;
    const isPlain = this.#hooks === undefined;
    const word = isPlain
      ? writeOpening(writer, frame, metadata)
      : writeOpeningOfEnvelope(writer, frame);
    const flags = isPlain ? writer.payload(content) : writer.envelope(content);
    writer.finish(word | (flags << 16), frame.streamId);
    return 0;
  }

  #writeResponse(frame: ResponseFrame, content: Content): number {
    const writer = this.#writer;
    const flags = this.#hooks === undefined ? writer.payload(content) : writer.envelope(content);
    const bytes = writer.finish(responseWord(frame.isEnd, flags), frame.streamId);
    return frame.isEnd ? 0 : bytes;
  }

  #writeError(frame: ErrorFrame, content: Content): number {
    const writer = this.#writer;
    const isPlain = this.#hooks === undefined || !isPacket(frame);
    const flags = isPlain ? writer.payload(content) : writer.envelope(content);
    writer.finish(errorWord(frame.code, flags), frame.streamId);
    return 0;
  }

  #writeControl(
    frame: Exclude<Frame, RequestFrame | EventFrame | ResponseFrame | ErrorFrame>,
    metadata: string | undefined,
  ): void {
    const writer = this.#writer;
    let aux = 0;
    let streamId = 0;
    if ('streamId' in frame) streamId = frame.streamId;
    if ('reason' in frame) aux = frame.reason & 0xffff;
    if (frame.type === FrameType.Hello) writeHello(writer, frame, metadata);
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

function metadataText(metadata: Metadata | undefined): string | undefined {
  return metadata === undefined ? undefined : encodeJson('the metadata', metadata);
}

/** Only failures that are packets in Nest pass through a serializer. */
function isPacket({ code }: ErrorFrame): boolean {
  return code === 'HANDLER_FAILED' || code === 'NO_HANDLER';
}

function openingEnvelope(hooks: PacketHooks, frame: RequestFrame | EventFrame): Content {
  const id = frame.type === FrameType.Request ? String(frame.streamId) : undefined;
  return envelopeOf(hooks, openingPacket(frame, id));
}

function responseEnvelope(hooks: PacketHooks, frame: ResponseFrame): Content {
  return envelopeOf(hooks, responsePacket(frame, String(frame.streamId)));
}

function errorEnvelope(hooks: PacketHooks, frame: ErrorFrame): Content {
  return envelopeOf(hooks, errorPacket(frame, String(frame.streamId)));
}

/** What a custom serializer made of a packet; there always has to be something. */
function envelopeOf(hooks: PacketHooks, packet: Packet): Content {
  const value = serializePacket(hooks, packet);
  const content = isBytes(value) ? value : encodeJson('the packet', value);
  if (content !== undefined) return content;
  const why = new TypeError('the serializer returned nothing that JSON can hold');
  throw unserializable('the packet', why);
}
