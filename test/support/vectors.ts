import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../lib/protocol/dialect.js';
import type { Frame } from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';

/** An entry of the files in lib/protocol/vectors. */
export interface Vector {
  readonly name: string;
  readonly rule: string;
  readonly note: string;
  readonly sender?: Role;
  readonly receiver?: Role;
  /** Hexadecimal, spaces without meaning. */
  readonly bytes?: string;
  /** For the stock dialect, which is text. */
  readonly text?: string;
  readonly frame?: Record<string, unknown>;
  /** The code with which the connection ends. */
  readonly error?: string;
  /** The code with which the stream fails. */
  readonly fault?: string;
}

export const VECTOR_FILES = [
  'preface',
  'frames',
  'tolerated',
  'invalid',
  'nest-tcp',
  'nest-tcp-invalid',
] as const;

const protocolFile = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../lib/protocol/${path}`, import.meta.url)), 'utf8');

export const readSpecification = (): string => protocolFile('PROTOCOL.md');

export const readVectors = (file: (typeof VECTOR_FILES)[number]): Vector[] =>
  JSON.parse(protocolFile(`vectors/${file}.json`)) as Vector[];

export function bytesOf(vector: Vector): Buffer {
  if (vector.text !== undefined) return Buffer.from(vector.text, 'utf8');
  return Buffer.from(vector.bytes!.replaceAll(' ', ''), 'hex');
}

const OPENING = { payload: undefined, metadata: undefined, fault: undefined };

/** The fields that JSON cannot hold, by type. */
const ABSENT: Record<number, object> = {
  [FrameType.Hello]: { metadata: undefined },
  [FrameType.Request]: OPENING,
  [FrameType.Event]: OPENING,
  [FrameType.Response]: { payload: undefined, fault: undefined },
};

export function frameOf(vector: Vector): Frame {
  const frame = { ...ABSENT[vector.frame!.type as number], ...vector.frame! } as Record<
    string,
    unknown
  >;
  const bytes = (frame.payload as { $bytes?: string } | undefined)?.$bytes;
  if (bytes !== undefined) frame.payload = Buffer.from(bytes, 'hex');
  return frame as unknown as Frame;
}
