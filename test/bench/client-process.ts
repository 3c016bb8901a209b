import 'reflect-metadata';
import { answerCommands } from './child-commands.js';
import type { Load, LoadCount } from './loads/load.js';
import { createLoad } from './loads/row-load.js';
import { peers } from './peers/peers.js';
import type { Address, ClientEnd, PeerName } from './peers/peer.js';
import { checkReply } from './reply-check.js';
import { rowNamed } from './row.js';
import { Window } from './window.js';
import type { WindowUse } from './window.js';

/** The process of a client end. */
export type ClientWindow = WindowUse & LoadCount;

const window = new Window();
let client: ClientEnd;
let load: Load;

answerCommands({
  async start({ peer, address }: { peer: PeerName; address: Address }): Promise<void> {
    client = await peers[peer].createClient(address);
    await client.connect();
  },
  async prepareRow(name: string): Promise<void> {
    const row = rowNamed(name);
    await checkReply(row, client);
    load = createLoad(row, client);
  },
  startLoad: (): void => load.start(),
  openWindow(): void {
    load.openWindow();
    window.open();
  },
  closeWindow(): ClientWindow {
    const use = window.close();
    return { ...use, ...load.closeWindow() };
  },
  async stopLoad(): Promise<void> {
    await load.stop();
    if (load.failure) {
      throw load.failure;
    }
  },
  stop: (): unknown => client.close(),
});
