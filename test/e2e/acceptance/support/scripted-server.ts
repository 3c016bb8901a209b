import { onTestFinished } from 'vitest';
import { listenerFor } from '../../../../lib/link/listeners.js';
import type { Listener } from '../../../../lib/link/link.js';
import type { Frame, RequestFrame } from '../../../../lib/protocol/frame.js';
import { FrameType } from '../../../../lib/protocol/frame.js';
import { helloFrame } from '../../../support/scripted-client.js';
import { ScriptedPeer } from '../../../support/scripted-peer.js';
import { addressOf, listenerOptions } from '../../../support/socket-link-pair.js';
import { until } from '../../../support/until.js';

/** A server that says hello, and from then on what it is told to, rules or not. */
export class ScriptedServer {
  readonly peers: ScriptedPeer[] = [];

  private constructor(
    private readonly listener: Listener,
    private readonly greeting: (peer: ScriptedPeer) => void,
  ) {}

  get address(): string {
    return this.listener.address;
  }

  /** @param greeting what a client hears first; a hello, when left out */
  static async open(greeting: (peer: ScriptedPeer) => void = sayHello): Promise<ScriptedServer> {
    const listener = listenerFor(addressOf('tcp://127.0.0.1:0'), listenerOptions());
    const server = new ScriptedServer(listener, greeting);
    await listener.listen({
      onLink: (link) => {
        const peer = new ScriptedPeer(link, { role: 'server' });
        server.peers.push(peer);
        server.greeting(peer);
      },
      onError: () => undefined,
    });
    onTestFinished(async () => {
      for (const { link } of server.peers) link.destroy();
      await listener.close();
    });
    return server;
  }

  /** The first request of a client. */
  async request(): Promise<RequestFrame & { readonly peer: ScriptedPeer }> {
    await until(() => this.#requests.length > 0, 'a request arrived');
    return this.#requests[0]!;
  }

  get #requests(): (RequestFrame & { readonly peer: ScriptedPeer })[] {
    return this.peers.flatMap((peer) =>
      peer.of(FrameType.Request).map((frame) => ({ ...frame, peer })),
    );
  }
}

function sayHello(peer: ScriptedPeer): void {
  const hello: Frame = helloFrame({ maxStreams: 100 });
  peer.send(hello);
}
