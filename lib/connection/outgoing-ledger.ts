import type { SocketPoolError } from '../errors/socket-pool-error.js';
import { MAX_STREAM_ID } from '../protocol/frame.js';
import { warnOfThrown } from './callback-warning.js';
import type { FramedLink } from './framed-link.js';
import type { OutgoingEvent, OutgoingStream } from './outgoing-stream.js';
import { unreadError } from './stream-failure.js';
import { StreamTable } from './stream-table.js';

/** While the server leaves this much unread it is given no further calls: they would only be held here. */
const MAX_UNREAD_BYTES = 256 * 1024 * 1024;

/**
 * What a client has opened on one connection, and how far it was written. Only this can say, when the
 * connection is lost, which calls certainly did not run: those of which no byte had been handed to the
 * link. An entry leaves the ledger before it is settled, so that nothing is settled twice.
 */
export class OutgoingLedger {
  readonly #framed: FramedLink;
  readonly #streams = new StreamTable<OutgoingStream>();
  #unwrittenEvents: OutgoingEvent[] = [];
  #lastStreamId = 0;
  #lastWrittenStreamId = 0;

  constructor(framed: FramedLink) {
    this.#framed = framed;
  }

  /** Streams in flight. */
  get size(): number {
    return this.#streams.size;
  }

  /** There is no further stream id. */
  get isExhausted(): boolean {
    return this.#lastStreamId >= MAX_STREAM_ID;
  }

  has(stream: OutgoingStream): boolean {
    return this.#streams.get(stream.streamId) === stream;
  }

  get(streamId: number): OutgoingStream | undefined {
    return this.#streams.get(streamId);
  }

  /**
   * Sends a request. It is entered first: sending may flush, and what is written has to be in here.
   *
   * @throws SocketPoolError when it cannot be encoded, or the server does not read: it was not sent, and is not in here
   */
  open(stream: OutgoingStream): void {
    this.#checkRoom();
    stream.streamId = ++this.#lastStreamId;
    stream.ungrantedBytes = 0;
    this.#streams.add(stream);
    try {
      this.#framed.send(stream);
    } catch (error) {
      this.#streams.remove(stream.streamId);
      throw error;
    }
  }

  /**
   * Sends an event.
   *
   * @throws SocketPoolError when it cannot be encoded, or the server does not read: it was not sent, and is not in here
   */
  emit(event: OutgoingEvent): void {
    this.#checkRoom();
    event.streamId = ++this.#lastStreamId;
    this.#unwrittenEvents.push(event);
    try {
      this.#framed.send(event);
    } catch (error) {
      this.#unwrittenEvents.splice(this.#unwrittenEvents.lastIndexOf(event), 1);
      throw error;
    }
  }

  /** @returns the stream that was there */
  remove(streamId: number): OutgoingStream | undefined {
    return this.#streams.remove(streamId);
  }

  /** What comes for a stream goes to another from now on; nothing happens when it is not in here. */
  replace(stream: OutgoingStream, successor: OutgoingStream): void {
    if (!this.has(stream)) return;
    this.#streams.remove(stream.streamId);
    successor.streamId = stream.streamId;
    successor.ungrantedBytes = stream.ungrantedBytes;
    this.#streams.add(successor);
  }

  /** All that was entered so far is with the link. */
  written(): void {
    this.#lastWrittenStreamId = this.#lastStreamId;
    if (this.#unwrittenEvents.length > 0) this.#settleEvents();
  }

  /**
   * Fails the streams after `streamId`, oldest first; one that is cancelled meanwhile is left out.
   *
   * @returns how many were failed
   */
  failAfter(streamId: number, makeError: () => SocketPoolError): number {
    const streams = this.#streams.values().filter((stream) => stream.streamId > streamId);
    for (const stream of streams) this.#fail(stream, makeError);
    return streams.length;
  }

  /** Fails all there is. Whether it had been written decides if it can have run. */
  failAll(makeError: (isWritten: boolean) => SocketPoolError): void {
    const events = this.#unwrittenEvents;
    this.#unwrittenEvents = [];
    const lastWrittenStreamId = this.#lastWrittenStreamId;
    for (const stream of this.#streams.values())
      this.#fail(stream, () => makeError(stream.streamId <= lastWrittenStreamId));
    for (const event of events) fail(event, makeError(false));
  }

  #fail(stream: OutgoingStream, makeError: () => SocketPoolError): void {
    if (this.#streams.remove(stream.streamId) === stream) fail(stream, makeError());
  }

  #checkRoom(): void {
    const { unreadBytes, link } = this.#framed;
    if (unreadBytes > MAX_UNREAD_BYTES) throw unreadError(link.remote, unreadBytes);
  }

  #settleEvents(): void {
    const events = this.#unwrittenEvents;
    this.#unwrittenEvents = [];
    for (const event of events) {
      try {
        event.onWritten();
      } catch (error) {
        warnOfThrown(error, 'onWritten');
      }
    }
  }
}

function fail(item: OutgoingStream | OutgoingEvent, error: SocketPoolError): void {
  try {
    item.onFailure(error);
  } catch (thrown) {
    warnOfThrown(thrown, 'onFailure');
  }
}
