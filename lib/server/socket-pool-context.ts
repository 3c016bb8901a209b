import { BaseRpcContext } from '@nestjs/microservices';
import { systemClock } from '../common/clock.js';
import type { ConnectionPeer } from '../connection/connection-peer.js';
import type { IncomingStream } from '../connection/incoming-stream.js';
import type { Metadata } from '../protocol/frame.js';
import { HandlerRun } from './handler-run.js';

/** Of events: nobody waits for them, so this never fires. */
const NEVER_ABORTED = new AbortController().signal;

/** The caller, the pattern and the metadata of a message, in the order of Nest's TCP context. */
export type SocketPoolContextArgs = [ConnectionPeer, string, Metadata | undefined];

/** What a handler can know of its caller, beside the data. */
export class SocketPoolContext extends BaseRpcContext<SocketPoolContextArgs> {
  /** @param stream of a request; an event has none */
  constructor(
    args: SocketPoolContextArgs,
    private readonly stream?: IncomingStream,
  ) {
    super(args);
  }

  /** The pattern as text: strings as they are, everything else as JSON. */
  getPattern(): string {
    return this.args[1];
  }

  /** What the caller sent beside the data. */
  getMetadata(): Metadata | undefined {
    return this.args[2];
  }

  /** The other end: address, dialect, the name in a verified TLS certificate, what its hello told. */
  getPeer(): ConnectionPeer {
    return this.args[0];
  }

  /** How long the caller still waits, in ms, 0 at least; `undefined` when it set no limit. */
  get remainingMs(): number | undefined {
    const { deadlineAt = Number.POSITIVE_INFINITY } = this.stream ?? {};
    if (deadlineAt === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(0, deadlineAt - systemClock.now());
  }

  /**
   * Fires when nobody waits for the reply any more: the caller gave up, its deadline passed, its connection
   * was lost, or this service has to end. The reason is a `SocketPoolError`. Never fires for events.
   */
  get signal(): AbortSignal {
    return this.stream === undefined ? NEVER_ABORTED : HandlerRun.of(this.stream).signal;
  }
}
