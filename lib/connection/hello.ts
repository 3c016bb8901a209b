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

/** Sends a hello at once. One that cannot be encoded (its metadata is the user's) ends the connection. */
export function sayHello(framed: FramedLink, hello: HelloFrame): void {
  try {
    framed.send(hello);
    framed.flush();
  } catch (error) {
    framed.destroy(error as Error);
  }
}
