import { protocolError } from '../../faults.js';
import type { HelloFrame, Metadata } from '../../frame.js';
import { FrameType } from '../../frame.js';
import type { FrameWriter } from '../frame-writer.js';
import { readU32 } from '../header.js';
import { PROTOCOL_VERSION } from '../preface.js';
import type { RawFrame } from '../raw-frame.js';

/** Four numbers of 32 bits and the count of codecs. */
const FIXED_BYTES = 17;
const METADATA_LENGTH_BYTES = 4;
const MAX_CODECS = 255;

/** The terms of this end: fixed fields, codecs behind their count, metadata behind its length. */
export function writeHello(
  writer: FrameWriter,
  frame: HelloFrame,
  metadata: string | undefined,
): void {
  writer.u32(frame.maxFrameBytes);
  writer.u32(frame.maxStreams);
  writer.u32(frame.initialCreditBytes);
  writer.u32(frame.heartbeatIntervalMs);
  const codecs = frame.codecs.slice(0, MAX_CODECS);
  writer.bytes(Uint8Array.from([codecs.length, ...codecs]));
  if (writer.metadata(metadata) === 0) writer.bytes(NO_METADATA);
}

const NO_METADATA = new Uint8Array(METADATA_LENGTH_BYTES);

/** Bytes behind the metadata belong to later versions and are not looked at. */
export function readHello(raw: RawFrame): HelloFrame {
  raw.require(FIXED_BYTES + METADATA_LENGTH_BYTES);
  const { bytes, start } = raw;
  const codecsEnd = start + FIXED_BYTES + bytes[start + FIXED_BYTES - 1]!;
  raw.require(codecsEnd - start + METADATA_LENGTH_BYTES);
  const metadata = readMetadata(raw, codecsEnd);
  if (raw.fault !== undefined)
    throw protocolError(`the hello cannot be read: ${raw.fault.message}`);
  return {
    type: FrameType.Hello,
    version: PROTOCOL_VERSION,
    maxFrameBytes: readU32(bytes, start),
    maxStreams: readU32(bytes, start + 4),
    initialCreditBytes: readU32(bytes, start + 8),
    heartbeatIntervalMs: readU32(bytes, start + 12),
    codecs: [...bytes.subarray(start + FIXED_BYTES, codecsEnd)],
    metadata,
  };
}

function readMetadata(raw: RawFrame, at: number): Metadata | undefined {
  const length = readU32(raw.bytes, at);
  const start = at + METADATA_LENGTH_BYTES;
  raw.require(start - raw.start + length);
  return length === 0 ? undefined : raw.metadata(start, length);
}
