import { BaseRpcContext } from '@nestjs/microservices';
import type {
  ConnectionPeer,
  IncomingEvent,
  IncomingStream,
} from '../acceptor/acceptor-handler.js';
import { systemClock } from '../common/clock.js';
import type { Metadata } from '../protocol/frame.js';
import { HandlerRun, stopError } from './handler-run.js';

/** The caller, the pattern and the metadata of a message, in the order of Nest's TCP context. */
export type SocketPoolContextArgs = [ConnectionPeer, string, Metadata | undefined];

/** What handlers written for Nest's TCP transport ask of its socket. */
export interface SocketPoolSocketRef {
  readonly netSocket: {
    readonly remoteAddress: string;
    readonly remotePort: number | undefined;
  };
}

/** What a handler can know of its caller, beside the data. */
export class SocketPoolContext extends BaseRpcContext<SocketPoolContextArgs> {
  private abortSignal: AbortSignal | undefined = undefined;

  /** @param work the request or event itself; a context made by hand, as in a unit test, has none */
  constructor(
    args: SocketPoolContextArgs,
    private readonly work?: IncomingStream | IncomingEvent,
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

  /** For handlers written for `TcpContext`: the addresses of the socket. The socket itself belongs to the transport. */
  getSocketRef(): SocketPoolSocketRef {
    const { address, host } = this.args[0];
    const port = host === '' ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
    return { netSocket: { remoteAddress: host, remotePort: port } };
  }

  /** How long the caller still waits, in ms, 0 at least; `undefined` when it set no limit. */
  get remainingMs(): number | undefined {
    const deadlineAt = this.work?.deadlineAt ?? Infinity;
    return deadlineAt === Infinity ? undefined : Math.max(0, deadlineAt - systemClock.now());
  }

  /**
   * Fires when the work is not wanted any more. Of a request: the caller gave up, its deadline passed, its
   * connection was lost, or the time of a shutdown is up. Of an event, for which nobody waits: only the last.
   * The reason is a `SocketPoolError`.
   */
  get signal(): AbortSignal {
    this.abortSignal ??= signalOf(this.work);
    return this.abortSignal;
  }
}

function signalOf(work: IncomingStream | IncomingEvent | undefined): AbortSignal {
  if (work !== undefined && 'request' in work) return HandlerRun.of(work).signal;
  const controller = new AbortController();
  work?.whenStopped(() => controller.abort(stopError('shutdown')));
  return controller.signal;
}
