/**
 * The beacon of a server: a port where somebody else than its event loop says for how long that loop has
 * stood still. PROTOCOL.md §14. Both messages are of fixed length, and the answer is the shorter one.
 */
import type { Metadata } from './frame.js';
import { isMetadata } from './metadata.js';

/** What a server tells of its beacon in its hello. Only a port: whoever asks goes to the host it has dialled. */
export interface BeaconNotice {
  /** 1–65535. */
  readonly port: number;
  /** 16 bytes in hexadecimal, by which the process is known. */
  readonly id: string;
}

/** The key of the hello's metadata. */
export const BEACON_KEY = 'beacon';

export const BEACON_QUESTION_BYTES = 24;
export const BEACON_ANSWER_BYTES = 12;

const VERSION = 1;
/** `F5`, then `NSB`, CR, LF, the version. */
const OPENING = Buffer.from([0xf5, 0x4e, 0x53, 0x42, 0x0d, 0x0a, VERSION]);
const ID_AT = 8;
const STUCK_MS_AT = 8;
const MAX_STUCK_MS = 2 ** 32 - 1;
const ID = /^[0-9a-f]{32}$/;

/** The metadata of a hello that names a beacon. */
export function withBeacon(
  metadata: Metadata | undefined,
  notice: BeaconNotice | undefined,
): Metadata | undefined {
  if (notice === undefined) return metadata;
  return { ...metadata, [BEACON_KEY]: { port: notice.port, id: notice.id } };
}

/** @returns `undefined` when there is none, or none that can be used */
export function beaconIn(metadata: Metadata | undefined): BeaconNotice | undefined {
  const told = metadata?.[BEACON_KEY];
  if (!isMetadata(told)) return undefined;
  const { port, id } = told;
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= 65_535;
  return isPort && typeof id === 'string' && ID.test(id) ? { port, id } : undefined;
}

export function writeBeaconQuestion(id: string): Buffer {
  const bytes = Buffer.alloc(BEACON_QUESTION_BYTES);
  OPENING.copy(bytes);
  bytes.write(id, ID_AT, 'hex');
  return bytes;
}

/** @returns the id of the process that is meant; `undefined` for anything but a question */
export function readBeaconQuestion(bytes: Buffer): string | undefined {
  if (bytes.length !== BEACON_QUESTION_BYTES || !isOpened(bytes)) return undefined;
  return bytes.toString('hex', ID_AT);
}

/** @param stuckMs rounded, and held at 2^32−1 */
export function writeBeaconAnswer(stuckMs: number): Buffer {
  const bytes = Buffer.alloc(BEACON_ANSWER_BYTES);
  OPENING.copy(bytes);
  bytes.writeUInt32BE(Math.min(Math.max(Math.round(stuckMs), 0), MAX_STUCK_MS), STUCK_MS_AT);
  return bytes;
}

/** @returns for how long the loop has stood still, in ms; `undefined` for anything but an answer */
export function readBeaconAnswer(bytes: Buffer): number | undefined {
  if (bytes.length !== BEACON_ANSWER_BYTES || !isOpened(bytes)) return undefined;
  return bytes.readUInt32BE(STUCK_MS_AT);
}

function isOpened(bytes: Buffer): boolean {
  return bytes.subarray(0, OPENING.length).equals(OPENING);
}
