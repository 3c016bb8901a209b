import { Buffer, isUtf8 } from 'node:buffer';
import { messageOf, SocketPoolError } from '../../errors/socket-pool-error.js';
import { ChunkList } from '../chunk-list.js';
import type { CodecOptions, FrameDecoder, FrameSink } from '../dialect.js';
import { protocolError, tooLarge } from '../faults.js';
import { isTooDeep } from '../json-depth.js';
import { readText } from '../text.js';
import { LengthPrefix } from './length-prefix.js';
import type { PacketIds } from './packet-ids.js';
import { PacketReader } from './packet-reader.js';
import { Utf16Counter } from './utf16-counter.js';

/** The budget of one call, as in the binary dialect. */
const TURN_MESSAGES = 1024;
const TURN_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** Bytes of stock Nest to frames. A message that lies whole in a chunk is read where it lies. */
export class NestTcpDecoder implements FrameDecoder {
  readonly #maxMessageBytes: number;
  readonly #reader: PacketReader;
  readonly #prefix = new LengthPrefix();
  readonly #counter = new Utf16Counter();
  /** The beginning of a message whose end has not arrived. */
  readonly #gathered = new ChunkList();
  #isInMessage = false;
  /** What has not been read of the last chunk. */
  #chunk: Buffer = NOTHING;
  #offset = 0;
  #isClosed = false;

  constructor(options: CodecOptions, ids: PacketIds, sink: FrameSink) {
    this.#maxMessageBytes = options.limits.maxMessageBytes;
    this.#reader = new PacketReader(options, ids, sink);
  }

  get bufferedBytes(): number {
    if (this.#isClosed) return 0;
    return this.#isInMessage ? this.#gathered.length + 1 : this.#prefix.length;
  }

  read(chunk: Buffer): boolean {
    if (this.#isClosed) return true;
    if (this.#offset < this.#chunk.length) {
      throw new SocketPoolError('INTERNAL_ERROR', 'a chunk came before the last one was read');
    }
    this.#chunk = chunk;
    this.#offset = 0;
    return this.resume();
  }

  resume(): boolean {
    if (this.#isClosed) return true;
    try {
      const isDone = this.#readChunk();
      if (isDone) this.#chunk = NOTHING;
      return isDone;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#chunk = NOTHING;
    this.#offset = 0;
    this.#gathered.clear();
    this.#reader.close();
  }

  #readChunk(): boolean {
    const lastOffset = this.#offset + TURN_BYTES;
    for (let messages = 0; this.#offset < this.#chunk.length; messages++) {
      if (messages >= TURN_MESSAGES || this.#offset >= lastOffset || this.#reader.isFull)
        return false;
      if (!this.#isInMessage && !this.#beginMessage()) return true;
      this.#readMessage();
    }
    return !this.#reader.isFull;
  }

  /** @returns whether the length is there */
  #beginMessage(): boolean {
    const at = this.#prefix.read(this.#chunk, this.#offset);
    this.#offset = at === -1 ? this.#chunk.length : at;
    if (at === -1) return false;
    const units = this.#prefix.value;
    // A character has at least as many bytes as code units, so this holds for bytes as well.
    if (units > this.#maxMessageBytes) throw tooLarge('message', units, this.#maxMessageBytes);
    this.#counter.start(units);
    this.#isInMessage = true;
    return true;
  }

  #readMessage(): void {
    const chunk = this.#chunk;
    const start = this.#offset;
    const messageEnd = this.#counter.scan(chunk, start);
    const end = messageEnd === -1 ? chunk.length : messageEnd;
    this.#offset = end;
    const bytes = this.#gathered.length + end - start;
    if (bytes > this.#maxMessageBytes) throw tooLarge('message', bytes, this.#maxMessageBytes);
    if (messageEnd !== -1 && this.#gathered.length === 0)
      return this.#takeMessage(chunk, start, end);
    this.#gathered.append(chunk, start, end);
    if (messageEnd !== -1) this.#takeMessage(this.#gathered.take(), 0, bytes);
  }

  #takeMessage(bytes: Buffer, start: number, end: number): void {
    this.#isInMessage = false;
    if (!this.#counter.isAscii && !isUtf8(bytes.subarray(start, end)))
      throw protocolError('a message is no valid UTF-8');
    const value = parse(readText(bytes, start, end));
    if (isTooDeep(bytes, start, end)) this.#reader.takeTooDeep(value, end - start);
    else this.#reader.take(value, end - start);
  }
}

/** Text that is no JSON tells nothing of whom to answer, and where one message is broken the next may be too. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw protocolError(`a message is no JSON: ${messageOf(error)}`);
  }
}
