import { existsSync } from 'node:fs';
import type { Type } from '@nestjs/common';
import type { ClientProxy, MicroserviceOptions } from '@nestjs/microservices';
import { ClientTCP, Transport } from '@nestjs/microservices';

/**
 * Every behaviour of this folder is asked of every pairing. The stock pairing checks the suite
 * itself: what it does is, by definition, the stock behaviour.
 */
export interface Pairing {
  readonly name: string;
  readonly server: ServerKind;
  readonly client: ClientKind;
  /** Unsubscribing ends the server's work. The stock dialect has no frame for it. */
  readonly cancelsRemoteWork: boolean;
  /** A pool spreads over its connections, and promises no order between calls. */
  readonly keepsEventOrder: boolean;
  /** Serializers may change the whole envelope, because the envelope itself is what travels. */
  readonly carriesForeignEnvelopes: boolean;
}

/** The options that both transports call the same. */
export type FaceOptions = Record<string, unknown>;

export interface ServerKind {
  readonly name: string;
  readonly isStock: boolean;
  /** What `createMicroservice` and `connectMicroservice` take. */
  microservice(options?: FaceOptions): MicroserviceOptions;
  /** The options that bound what a peer can hold, under this server's own names. */
  bounds(bounds: Bounds): FaceOptions;
}

export interface Bounds {
  readonly maxMessageBytes?: number;
  readonly stalledMessageMs?: number;
  readonly maxUnreadBytes?: number;
  /** How long closing waits for running calls; the stock server does not wait. */
  readonly drainMs?: number;
}

export interface ClientKind {
  readonly name: string;
  readonly isStock: boolean;
  readonly type: Type<ClientProxy>;
  options(options: FaceOptions): FaceOptions;
}

/** The two faces of the library, as `lib/index.ts` exports them. */
interface Faces {
  SocketPoolServer: new (options: FaceOptions) => never;
  SocketPoolClient: Type<ClientProxy>;
}

const LOOPBACK = { host: '127.0.0.1', port: 0 };

const stockServer: ServerKind = {
  name: 'stock server',
  isStock: true,
  microservice: (options) => ({ transport: Transport.TCP, options: { ...LOOPBACK, ...options } }),
  bounds: ({ maxMessageBytes, stalledMessageMs, maxUnreadBytes }) => ({
    maxBufferSize: maxMessageBytes,
    incompleteMessageTimeout: stalledMessageMs,
    maxSendBufferSize: maxUnreadBytes,
  }),
};

const stockClient: ClientKind = {
  name: 'stock client',
  isStock: true,
  type: ClientTCP as unknown as Type<ClientProxy>,
  options: (options) => ({ ...LOOPBACK, ...options }),
};

function poolServer({ SocketPoolServer }: Faces): ServerKind {
  return {
    name: 'pool server',
    isStock: false,
    microservice: (options) => ({ strategy: new SocketPoolServer({ ...LOOPBACK, ...options }) }),
    bounds: ({ maxMessageBytes, stalledMessageMs, maxUnreadBytes, drainMs }) => ({
      limits: { maxMessageBytes },
      messageTimeoutMs: stalledMessageMs,
      slowReader: { maxPendingBytes: maxUnreadBytes },
      drainTimeoutMs: drainMs,
    }),
  };
}

function poolClient({ SocketPoolClient }: Faces, dialect: 'binary' | 'nest-tcp'): ClientKind {
  return {
    name: `pool client (${dialect})`,
    isStock: false,
    type: SocketPoolClient,
    options: (options) => ({ ...LOOPBACK, dialect, ...options }),
  };
}

function pair(client: ClientKind, server: ServerKind, isBinary = false): Pairing {
  return {
    name: `${client.name} -> ${server.name}`,
    client,
    server,
    cancelsRemoteWork: isBinary,
    keepsEventOrder: client.isStock,
    carriesForeignEnvelopes: !isBinary,
  };
}

async function loadFaces(): Promise<Faces | undefined> {
  const entry = new URL('../../../../lib/index.ts', import.meta.url);
  if (!existsSync(entry)) return undefined;
  const faces = (await import(/* @vite-ignore */ entry.pathname)) as Partial<Faces>;
  return faces.SocketPoolServer && faces.SocketPoolClient ? (faces as Faces) : undefined;
}

function allPairings(faces: Faces | undefined): Pairing[] {
  const stock = pair(stockClient, stockServer);
  if (!faces) return [stock];
  const server = poolServer(faces);
  const nestTcpClient = poolClient(faces, 'nest-tcp');
  return [
    stock,
    pair(poolClient(faces, 'binary'), server, true),
    pair(nestTcpClient, server),
    pair(stockClient, server),
    pair(nestTcpClient, stockServer),
  ];
}

export const pairings = allPairings(await loadFaces());

/** For behaviours of the server alone. */
export const servers = [...new Set(pairings.map(({ server }) => server))];

/** For behaviours of the client alone. */
export const clients = [...new Set(pairings.map(({ client }) => client))];
