import { protocolError, tooLarge } from '../../faults.js';
import type { EventFrame, Metadata, RequestFrame } from '../../frame.js';
import type { FrameWriter } from '../frame-writer.js';
import { Flag, readU32 } from '../header.js';
import { patternCache } from '../pattern-cache.js';
import type { RawFrame } from '../raw-frame.js';

/** The longest timeout that can be told: 24.8 days, as Node's timers have it. */
const MAX_TIMEOUT_MS = 0x7fff_ffff;
/** Stands above the timeout when the pattern is JSON text. */
const JSON_PATTERN_BIT = 0x8000_0000;
const TIMEOUT_BYTES = 4;
const METADATA_LENGTH_BYTES = 4;

/** Writes the body of a request or event up to its payload, and returns the word of its header. */
export function writeOpening(
  writer: FrameWriter,
  frame: RequestFrame | EventFrame,
  metadata: string | undefined,
): number {
  const pattern = patternCache.bytesOf(frame.pattern);
  const timeoutMs = frame.timeoutMs > MAX_TIMEOUT_MS ? MAX_TIMEOUT_MS : frame.timeoutMs;
  writer.u32(frame.isPatternJson ? (timeoutMs | JSON_PATTERN_BIT) >>> 0 : timeoutMs);
  const flags = writer.metadata(metadata);
  writer.pattern(pattern);
  return (frame.type << 24) | (flags << 16) | pattern.length;
}

/** As `writeOpening`, for a packet in an envelope, which holds pattern and metadata itself. */
export function writeOpeningOfEnvelope(
  writer: FrameWriter,
  frame: RequestFrame | EventFrame,
): number {
  writer.u32(frame.timeoutMs > MAX_TIMEOUT_MS ? MAX_TIMEOUT_MS : frame.timeoutMs);
  return frame.type << 24;
}

/** Reads a request or event. What is wrong with its parts is in `fault`; the framing itself throws. */
export function readOpening(raw: RawFrame): RequestFrame | EventFrame {
  raw.require(TIMEOUT_BYTES);
  const head = readU32(raw.bytes, raw.start);
  let at = raw.start + TIMEOUT_BYTES;
  let metadata: Metadata | undefined;
  if ((raw.flags & Flag.Metadata) !== 0) {
    const length = metadataLength(raw, at);
    at += METADATA_LENGTH_BYTES;
    metadata = raw.metadata(at, length);
    at += length;
  }
  const patternEnd = at + raw.aux;
  if (patternEnd > raw.end)
    throw protocolError(`a pattern of ${raw.aux} bytes does not fit into its frame`);
  const pattern = readPattern(raw, at, patternEnd);
  const payload = raw.payload(patternEnd);
  return {
    type: raw.type as RequestFrame['type'],
    streamId: raw.streamId,
    pattern,
    isPatternJson: head >= JSON_PATTERN_BIT,
    payload,
    timeoutMs: head & MAX_TIMEOUT_MS,
    metadata,
    fault: raw.fault,
  };
}

function metadataLength(raw: RawFrame, at: number): number {
  raw.require(TIMEOUT_BYTES + METADATA_LENGTH_BYTES);
  const length = readU32(raw.bytes, at);
  if (at + METADATA_LENGTH_BYTES + length <= raw.end) return length;
  throw protocolError(`metadata of ${length} bytes does not fit into its frame`);
}

function readPattern(raw: RawFrame, start: number, end: number): string {
  const { maxPatternBytes } = raw.limits;
  if (end - start <= maxPatternBytes) return patternCache.textOf(raw.bytes, start, end);
  raw.fault ??= tooLarge('pattern', end - start, maxPatternBytes);
  return '';
}
