import type { CodecOptions, FrameSink, PacketHooks, Role } from '../dialect.js';
import { protocolError } from '../faults.js';
import type { Frame } from '../frame.js';
import { FrameType, MAX_STREAM_ID } from '../frame.js';
import { OrderedSink } from '../ordered-sink.js';
import type { PacketTarget } from '../packet.js';
import { deserializePacket } from '../packet.js';
import { readError } from './frames/error.js';
import { readCancel, readCredit } from './frames/flow.js';
import { readHello } from './frames/hello.js';
import { readOpening } from './frames/opening.js';
import { readPing, readPong } from './frames/ping-pong.js';
import { readGoAway, readRejected } from './frames/refusal.js';
import { readResponse } from './frames/response.js';
import { FIRST_IGNORABLE_TYPE, Flag, HEADER_BYTES } from './header.js';
import { errorTarget, openingTarget, responseTarget } from './packet-targets.js';
import type { RawFrame } from './raw-frame.js';

const {
  Hello,
  Request,
  Event,
  Response,
  Error: Failure,
  Cancel,
  Credit,
  Ping,
  Pong,
  GoAway,
  Rejected,
} = FrameType;

/** A set of frame types as the bits of a number. */
const setOf = (...types: number[]): number => types.reduce((set, type) => set | (1 << type), 0);

const FROM_ANY = setOf(Hello, Ping, Pong, GoAway);
const FROM_CLIENT = FROM_ANY | setOf(Request, Event, Cancel, Credit);
const FROM_SERVER = FROM_ANY | setOf(Response, Failure, Rejected);
const OPENINGS = setOf(Request, Event);
const MESSAGES = setOf(Request, Event, Response, Failure);

/** Holds the frames of one connection against the rules of order, reads them, and hands them on. */
export class FrameReader {
  readonly #role: Role;
  readonly #hooks: PacketHooks | undefined;
  readonly #accepted: number;
  readonly #sink: FrameSink;
  /** Only where a custom deserializer may make frames wait. */
  readonly #ordered: OrderedSink | undefined;
  #isGreeted = false;
  #lastStreamId = 0;

  constructor(options: CodecOptions, sink: FrameSink) {
    const { role, hooks, limits, onError } = options;
    this.#role = role;
    this.#accepted = role === 'server' ? FROM_CLIENT : FROM_SERVER;
    this.#sink = sink;
    if (hooks?.deserialize === undefined) return;
    this.#hooks = hooks;
    this.#ordered = new OrderedSink(sink, limits.maxMessageBytes, onError);
  }

  /** Whether frames wait for a deserializer, so many that no more should be read. */
  get isFull(): boolean {
    return this.#ordered !== undefined && this.#ordered.isFull;
  }

  close(): void {
    this.#ordered?.close();
  }

  /** @throws SocketPoolError `PROTOCOL_ERROR` */
  take(raw: RawFrame): void {
    const { type } = raw;
    if (type >= FIRST_IGNORABLE_TYPE && this.#isGreeted) return;
    this.#check(raw);
    const frame = readFrame(raw);
    if (this.#ordered === undefined && !(raw.isEnvelope && isMessage(type))) this.#sink(frame);
    else this.#unwrap(frame, raw);
  }

  #check(raw: RawFrame): void {
    const { type, streamId } = raw;
    if (!this.#isGreeted) this.#checkFirst(type);
    else if (type === Hello) throw protocolError('a second hello');
    if (type > Rejected || (this.#accepted & (1 << type)) === 0) throw this.#unexpected(type);
    if ((FROM_ANY & (1 << type)) !== 0) {
      if (streamId !== 0)
        throw protocolError(
          `a frame of type ${type} on stream ${streamId}, which is not about a stream`,
        );
      return;
    }
    if (streamId === 0 || streamId > MAX_STREAM_ID)
      throw protocolError(`${streamId} is no stream id`);
    if (isMessage(type) && (raw.flags & (Flag.Fragment | Flag.Compressed)) !== 0) {
      throw protocolError(`a frame with flags ${raw.flags}, of which some are reserved`);
    }
    if ((OPENINGS & (1 << type)) !== 0) this.#checkOpening(streamId);
  }

  #checkFirst(type: number): void {
    if (type === GoAway) return;
    if (type !== Hello) throw protocolError(`a frame of type ${type} before the hello`);
    this.#isGreeted = true;
  }

  #checkOpening(streamId: number): void {
    if (streamId <= this.#lastStreamId) {
      throw protocolError(`stream ${streamId} was opened after stream ${this.#lastStreamId}`);
    }
    this.#lastStreamId = streamId;
  }

  #unexpected(type: number): Error {
    const isKnown = type >= Hello && type <= Rejected;
    const sender = this.#role === 'server' ? 'client' : 'server';
    return protocolError(
      isKnown ? `a frame of type ${type} from a ${sender}` : `a frame of the unknown type ${type}`,
    );
  }

  #unwrap(frame: Frame, raw: RawFrame): void {
    const target = targetOf(frame, raw.isEnvelope);
    const unwrapped =
      target === undefined ? frame : deserializePacket(this.#hooks, this.#role, target);
    if (this.#ordered !== undefined)
      this.#ordered.push(unwrapped, raw.end - raw.start + HEADER_BYTES);
    else this.#sink(unwrapped as Frame); // Without a custom deserializer there is nothing to wait for.
  }
}

function isMessage(type: number): boolean {
  return (MESSAGES & (1 << type)) !== 0;
}

/** Only frames that are packets in Nest, and are in order, pass through a deserializer. */
function targetOf(frame: Frame, isEnvelope: boolean): PacketTarget | undefined {
  switch (frame.type) {
    case Request:
    case Event:
      return frame.fault === undefined ? openingTarget(frame, isEnvelope) : undefined;
    case Response:
      return frame.fault === undefined ? responseTarget(frame, isEnvelope) : undefined;
    case Failure:
      return isEnvelope || frame.code === 'HANDLER_FAILED' || frame.code === 'NO_HANDLER'
        ? errorTarget(frame, isEnvelope)
        : undefined;
    default:
      return undefined;
  }
}

function readFrame(raw: RawFrame): Frame {
  switch (raw.type) {
    case Request:
    case Event:
      return readOpening(raw);
    case Response:
      return readResponse(raw);
    case Failure:
      return readError(raw);
    case Cancel:
      return readCancel(raw);
    case Credit:
      return readCredit(raw);
    default:
      return readConnectionFrame(raw);
  }
}

function readConnectionFrame(raw: RawFrame): Frame {
  switch (raw.type) {
    case Ping:
      return readPing(raw);
    case Pong:
      return readPong(raw);
    case GoAway:
      return readGoAway(raw);
    case Rejected:
      return readRejected(raw);
    default:
      return readHello(raw);
  }
}
