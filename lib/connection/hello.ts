import type { Link } from '../link/link.js';
import type { BeaconNotice } from '../protocol/beacon.js';
import { withBeacon } from '../protocol/beacon.js';
import type { HelloFrame, Metadata } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { ConnectionOptions } from './connection-options.js';
import type { FramedLink } from './framed-link.js';

/** The version of the binary dialect that this end speaks. */
export const PROTOCOL_VERSION = 1;

/** The payload codecs that this end reads: JSON and raw bytes. */
const CODECS: readonly number[] = [0, 1];

/** @param maxStreams the most streams the other end may have open; 0 at an end that accepts none */
export function makeHello(
  options: ConnectionOptions & { readonly metadata: Metadata | undefined },
  maxStreams: number,
): HelloFrame {
  return {
    type: FrameType.Hello,
    version: PROTOCOL_VERSION,
    maxFrameBytes: options.limits.maxMessageBytes,
    maxStreams,
    initialCreditBytes: options.initialCreditBytes,
    heartbeatIntervalMs: options.heartbeat === false ? 0 : options.heartbeat.intervalMs,
    codecs: CODECS,
    metadata: options.metadata,
  };
}

/** What the server end of a connection tells. */
export interface ServerHelloTerms extends ConnectionOptions {
  readonly metadata: Metadata | undefined;
  /** The most streams the client may have open at once. */
  readonly maxStreams: number;
  /** The beacon of this process, for a client that can reach it. */
  readonly beaconFor?: (link: Link) => BeaconNotice | undefined;
}

export function makeServerHello(terms: ServerHelloTerms, link: Link): HelloFrame {
  const metadata = withBeacon(terms.metadata, terms.beaconFor?.(link));
  return makeHello({ ...terms, metadata }, terms.maxStreams);
}

/** Sends a hello at once. One that cannot be encoded (its metadata is the user's) ends the connection. */
export function sayHello(framed: FramedLink, hello: HelloFrame): void {
  try {
    framed.send(hello);
    framed.flush();
  } catch (error) {
    framed.destroy(error as Error);
  }
}
