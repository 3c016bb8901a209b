import type { Clock, Timer } from '../../lib/common/clock.js';
import { MemoryLink } from './memory-link.js';
import { MemoryWire } from './memory-wire.js';

export interface MemoryLinkPairOptions {
  /** Delivers by itself, turn by turn. Without a clock only {@link MemoryLinkPair.deliver} does. */
  readonly clock?: Clock;
  /** Default `10.0.0.1:50000`. */
  readonly clientName?: string;
  /** Default `10.0.0.2:4000`. */
  readonly serverName?: string;
  /** The verified name that the server sees. */
  readonly clientPeerName?: string;
}

/**
 * Two ends of a conversation in memory. The knobs are on the two wires: `pair.toServer.stall()`,
 * `pair.toClient.splitBytes = 1`, `pair.toServer.capacityBytes = 10`.
 *
 * Nothing is delivered from inside a call of a link, as with sockets: it happens in a later turn.
 */
export class MemoryLinkPair {
  readonly toServer = new MemoryWire();
  readonly toClient = new MemoryWire();
  readonly client: MemoryLink;
  readonly server: MemoryLink;
  readonly #clock: Clock | undefined;
  #timer: Timer | undefined;

  constructor(options: MemoryLinkPairOptions = {}) {
    this.#clock = options.clock;
    const client = options.clientName ?? '10.0.0.1:50000';
    const server = options.serverName ?? '10.0.0.2:4000';
    const onWork = (): void => this.#schedule();
    this.toServer.onWork = this.toClient.onWork = onWork;
    const clientNames = { local: client, remote: server };
    this.client = new MemoryLink(clientNames, this.toServer, this.toClient, onWork);
    const serverNames = { local: server, remote: client, peerName: options.clientPeerName };
    this.server = new MemoryLink(serverNames, this.toClient, this.toServer, onWork);
  }

  /** Cuts the connection: each end sees a reset, as soon as it reads or writes. */
  reset(): void {
    this.toServer.reset();
    this.toClient.reset();
  }

  /** Nothing arrives any more in either direction, and nobody is told. */
  drop(): void {
    this.toServer.drop();
    this.toClient.drop();
  }

  /** Nothing arrives until {@link flow}. */
  stall(): void {
    this.toServer.stall();
    this.toClient.stall();
  }

  flow(): void {
    this.toServer.flow();
    this.toClient.flow();
  }

  /** Delivers until nothing is under way that could arrive. */
  deliver(): void {
    for (let turns = 0; this.#hasWork; turns++) {
      if (turns > 100_000) throw new Error('the two ends never stop talking');
      this.#turn();
    }
  }

  get #hasWork(): boolean {
    const ends = this.client.hasEvents || this.server.hasEvents;
    return ends || this.toServer.hasWork || this.toClient.hasWork;
  }

  #turn(): void {
    this.client.runEvents();
    this.server.runEvents();
    this.toServer.deliver();
    this.toClient.deliver();
  }

  #schedule(): void {
    if (this.#clock === undefined || this.#timer !== undefined || !this.#hasWork) return;
    this.#timer = this.#clock.afterTurn(() => {
      this.#timer = undefined;
      this.#turn();
      this.#schedule();
    });
  }
}
