import type { GoAwayFrame, RejectedFrame } from '../../frame.js';
import { FrameType } from '../../frame.js';
import { readText } from '../../text.js';
import type { FrameWriter } from '../frame-writer.js';
import { MAX_MESSAGE_TEXT_BYTES, readU32 } from '../header.js';
import type { RawFrame } from '../raw-frame.js';

const NUMBER_BYTES = 4;

export function writeGoAway(writer: FrameWriter, frame: GoAwayFrame): void {
  writer.u32(frame.lastStreamId);
  writer.message(frame.message);
}

export function readGoAway(raw: RawFrame): GoAwayFrame {
  raw.require(NUMBER_BYTES);
  const lastStreamId = readU32(raw.bytes, raw.start);
  return { type: FrameType.GoAway, lastStreamId, reason: raw.aux, message: readMessage(raw) };
}

export function writeRejected(writer: FrameWriter, frame: RejectedFrame): void {
  writer.u32(frame.retryAfterMs);
  writer.message(frame.message);
}

export function readRejected(raw: RawFrame): RejectedFrame {
  raw.require(NUMBER_BYTES);
  const retryAfterMs = readU32(raw.bytes, raw.start);
  return {
    type: FrameType.Rejected,
    streamId: raw.streamId,
    reason: raw.aux,
    retryAfterMs,
    message: readMessage(raw),
  };
}

/** The text behind the number; what is longer than a message may be is cut. */
function readMessage(raw: RawFrame): string {
  const start = raw.start + NUMBER_BYTES;
  return readText(raw.bytes, start, Math.min(raw.end, start + MAX_MESSAGE_TEXT_BYTES));
}
