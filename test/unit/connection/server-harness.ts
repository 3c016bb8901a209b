import { resolveOptions } from '../../../lib/common/options.js';
import { connectionOptionTable } from '../../../lib/connection/connection-options.js';
import type { IncomingStream } from '../../../lib/connection/incoming-stream.js';
import { ServerConnection } from '../../../lib/connection/server-connection.js';
import type { ServerConnectionHandler } from '../../../lib/connection/server-connection-handler.js';
import type { ServerConnectionOptions } from '../../../lib/connection/server-connection-options.js';
import { slowReaderOptionTable } from '../../../lib/connection/slow-reader-guard.js';
import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { binaryDialect } from '../../../lib/protocol/binary/binary-dialect.js';
import type { EventFrame, HelloFrame } from '../../../lib/protocol/frame.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';
import { helloFrame, ScriptedClient } from '../../support/scripted-client.js';

/** Writes down what a server's connection tells its owner. */
export class HandlerRecorder implements ServerConnectionHandler {
  readonly streams: IncomingStream[] = [];
  readonly events: EventFrame[] = [];
  readonly faults: SocketPoolError[] = [];
  readonly ended: number[] = [];
  readonly closes: (Error | undefined)[] = [];
  readies = 0;
  onRequest: (stream: IncomingStream) => void = (stream) => void this.streams.push(stream);
  onEvent: (frame: EventFrame) => void = (frame) => void this.events.push(frame);

  onReady(): void {
    this.readies++;
  }

  onFault(fault: SocketPoolError): void {
    this.faults.push(fault);
  }

  onStreamEnd(stream: IncomingStream): void {
    this.ended.push(stream.streamId);
  }

  onTraffic(): void {}

  onClosed(_connection: ServerConnection, error: Error | undefined): void {
    this.closes.push(error);
  }
}

/** A server's connection over a memory link, and a client that follows a script. */
export class ServerHarness {
  readonly clock = new ManualClock();
  readonly pair = new MemoryLinkPair({ clock: this.clock });
  readonly handler = new HandlerRecorder();
  readonly connection: ServerConnection;
  readonly client: ScriptedClient;

  constructor(options: Partial<ServerConnectionOptions> = {}) {
    const { clock } = this;
    this.connection = new ServerConnection(
      this.pair.server,
      {
        ...resolveOptions(connectionOptionTable, { heartbeat: false }, []),
        slowReader: resolveOptions(slowReaderOptionTable, {}, []),
        dialect: binaryDialect,
        clock,
        metadata: undefined,
        maxStreams: 100,
        maxEvents: 100,
        maxStreamBufferBytes: 1024 * 1024,
        loopLagMs: () => 0,
        queueAgeMs: () => 0,
        ...options,
      },
      this.handler,
    );
    this.connection.start();
    this.client = new ScriptedClient(this.pair.client, options.dialect);
  }

  /** With the handshake done. */
  static ready(
    options: Partial<ServerConnectionOptions> = {},
    hello: Partial<HelloFrame> = {},
  ): ServerHarness {
    const harness = new ServerHarness(options);
    if (harness.connection.framed.capabilities.hello) harness.client.send(helloFrame(hello));
    harness.clock.endTurn();
    return harness;
  }

  /** The stream of the newest request. */
  get stream(): IncomingStream {
    return this.handler.streams.at(-1)!;
  }
}
