import { resolveOptions } from '../../../lib/common/options.js';
import type {
  ClientConnectionHandler,
  ClientConnectionOptions,
} from '../../../lib/connection/client-connection-options.js';
import { ClientConnection } from '../../../lib/connection/client-connection.js';
import { connectionOptionTable } from '../../../lib/connection/connection-options.js';
import { binaryDialect } from '../../../lib/protocol/binary/binary-dialect.js';
import type { GoAwayFrame, HelloFrame, ResponseFrame } from '../../../lib/protocol/frame.js';
import { FrameType, GoAwayReason } from '../../../lib/protocol/frame.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';
import { RecordedCall } from '../../support/recorded-call.js';
import { helloFrame } from '../../support/scripted-client.js';
import { ScriptedPeer } from '../../support/scripted-peer.js';

/** Writes down what a client's connection tells its owner. */
export class ClientRecorder implements ClientConnectionHandler {
  readonly goAways: (GoAwayFrame | undefined)[] = [];
  readonly closes: (Error | undefined)[] = [];
  readies = 0;
  streamEnds = 0;
  atStreamEnd: () => void = () => undefined;

  onReady(): void {
    this.readies++;
  }

  onStreamEnd(): void {
    this.streamEnds++;
    this.atStreamEnd();
  }

  onDraining(_connection: ClientConnection, goAway: GoAwayFrame | undefined): void {
    this.goAways.push(goAway);
  }

  onClosed(_connection: ClientConnection, error: Error | undefined): void {
    this.closes.push(error);
  }
}

/** A client's connection over a memory link, and a server that follows a script. */
export class ClientHarness {
  readonly clock = new ManualClock();
  readonly pair = new MemoryLinkPair({ clock: this.clock });
  readonly handler = new ClientRecorder();
  readonly connection: ClientConnection;
  readonly server: ScriptedPeer;

  constructor(options: Partial<ClientConnectionOptions> = {}) {
    const { clock } = this;
    this.connection = new ClientConnection(
      this.pair.client,
      {
        ...resolveOptions(connectionOptionTable, { heartbeat: false }, []),
        dialect: binaryDialect,
        clock,
        metadata: undefined,
        loopLagMs: () => 0,
        ...options,
      },
      this.handler,
    );
    this.server = new ScriptedPeer(this.pair.server, { role: 'server', dialect: options.dialect });
    this.connection.start();
  }

  /** With the handshake done. */
  static ready(
    options: Partial<ClientConnectionOptions> = {},
    hello: Partial<HelloFrame> = {},
  ): ClientHarness {
    const harness = new ClientHarness(options);
    harness.clock.endTurn();
    if (harness.connection.framed.capabilities.hello) {
      harness.server.expect(FrameType.Hello);
      harness.server.send(helloFrame({ maxStreams: 100, ...hello }));
    }
    harness.clock.endTurn();
    return harness;
  }

  /** Opens calls; the server has them when this returns. */
  open(count = 1): RecordedCall[] {
    const calls = Array.from({ length: count }, (_, index) => new RecordedCall(index));
    for (const call of calls) this.connection.open(call);
    this.clock.endTurn();
    return calls;
  }

  /** The server answers. */
  respond(streamId: number, parts: Partial<ResponseFrame> = {}): void {
    this.server.send(responseFrame(streamId, parts));
    this.clock.endTurn();
  }
}

/** By default the only value of a reply. */
export function responseFrame(streamId: number, parts: Partial<ResponseFrame> = {}): ResponseFrame {
  const frame = { type: FrameType.Response, streamId, payload: 'reply', isEnd: true } as const;
  return { ...frame, hasPayload: true, creditBytes: 0, fault: undefined, ...parts };
}

export function goAwayFrame(lastStreamId: number, parts: Partial<GoAwayFrame> = {}): GoAwayFrame {
  const { Shutdown: reason } = GoAwayReason;
  return { type: FrameType.GoAway, lastStreamId, reason, message: '', ...parts };
}
