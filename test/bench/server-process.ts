import 'reflect-metadata';
import { answerCommands } from './child-commands.js';
import { peers } from './peers/peers.js';
import type { Address, PeerName, ServerEnd } from './peers/peer.js';
import { Window } from './window.js';
import type { WindowUse } from './window.js';

/** The process of a server end. */
export interface ServerWindow extends WindowUse {
  eventsDelivered: number;
}

const window = new Window();
let server: ServerEnd;
let deliveredAtOpening = 0;

answerCommands({
  async start({ peer, address }: { peer: PeerName; address: Address }): Promise<void> {
    server = await peers[peer].listen(address);
  },
  openWindow(): void {
    deliveredAtOpening = server.delivered();
    window.open();
  },
  closeWindow(): ServerWindow {
    const use = window.close();
    return { ...use, eventsDelivered: server.delivered() - deliveredAtOpening };
  },
  stop: (): Promise<void> => server.close(),
});
