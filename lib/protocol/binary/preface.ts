import { SocketPoolError } from '../../errors/socket-pool-error.js';
import { MAGIC, sniff } from '../sniff.js';

/** The version of the dialect that this library speaks. */
export const PROTOCOL_VERSION = 1;

/** Magic, version, one reserved byte. */
export const PREFACE_BYTES = 8;

export function writePreface(bytes: Uint8Array, at: number, version: number): void {
  bytes.set(MAGIC, at);
  bytes[at + 6] = version;
  bytes[at + 7] = 0;
}

/**
 * Checks as much of a preface as there is.
 *
 * @throws SocketPoolError `HANDSHAKE_FAILED` or `UNSUPPORTED_VERSION`
 */
export function checkPreface(bytes: Uint8Array, start: number): void {
  const end = Math.min(bytes.length, start + PREFACE_BYTES);
  for (let at = start; at < end; at++) {
    const index = at - start;
    if (index < MAGIC.length && bytes[at] !== MAGIC[index])
      throw foreignPeer(bytes.subarray(start, end));
    if (index === MAGIC.length && bytes[at] !== PROTOCOL_VERSION)
      throw unsupportedVersion(bytes[at]!);
  }
}

function unsupportedVersion(version: number): SocketPoolError {
  const text = `the peer speaks version ${version} of the protocol, this end speaks version ${PROTOCOL_VERSION}`;
  return new SocketPoolError('UNSUPPORTED_VERSION', text);
}

const FOREIGN = {
  binary: 'a damaged preface',
  'nest-tcp': 'the stock Nest TCP protocol',
  tls: 'TLS',
  http: 'HTTP',
  unknown: 'another protocol',
  incomplete: 'another protocol',
} as const;

function foreignPeer(bytes: Uint8Array): SocketPoolError {
  const seen = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new SocketPoolError(
    'HANDSHAKE_FAILED',
    `the peer speaks ${FOREIGN[sniff(bytes)]}: its first bytes are ${seen}`,
  );
}
