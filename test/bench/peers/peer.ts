/** The transports under comparison: one factory for each end, called in the process of that end. */

export const peerNames = ['stock', 'pool', 'limit'] as const;
export type PeerName = (typeof peerNames)[number];

export interface Address {
  host: string;
  port: number;
}

/** The server end, listening. */
export interface ServerEnd {
  /** Events handled since the start. */
  delivered(): number;
  close(): Promise<void>;
}

export interface CallObserver {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

export interface Call {
  subscribe(observer: CallObserver): unknown;
}

/** What the loads need of a client: a Nest `ClientProxy` has this shape, and the limit imitates it. */
export interface ClientEnd {
  connect(): Promise<unknown>;
  send(pattern: unknown, data: unknown): Call;
  emit(pattern: unknown, data: unknown): Call;
  close(): unknown;
}

export interface Peer {
  listen(address: Address): Promise<ServerEnd>;
  createClient(address: Address): Promise<ClientEnd>;
}
