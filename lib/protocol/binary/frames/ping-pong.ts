import type { PingFrame, PongFrame } from '../../frame.js';
import { FrameType } from '../../frame.js';
import type { FrameWriter } from '../frame-writer.js';
import { readU32 } from '../header.js';
import type { RawFrame } from '../raw-frame.js';

const PING_BYTES = 4;
const PONG_BYTES = 12;

export function writePing(writer: FrameWriter, frame: PingFrame): void {
  writer.u32(frame.nonce);
}

export function readPing(raw: RawFrame): PingFrame {
  raw.require(PING_BYTES);
  return { type: FrameType.Ping, nonce: readU32(raw.bytes, raw.start) };
}

export function writePong(writer: FrameWriter, frame: PongFrame): void {
  writer.u32(frame.nonce);
  writer.u32(frame.loopLagMs);
  writer.u32(frame.queueAgeMs);
}

export function readPong(raw: RawFrame): PongFrame {
  raw.require(PONG_BYTES);
  const { bytes, start } = raw;
  return {
    type: FrameType.Pong,
    nonce: readU32(bytes, start),
    loopLagMs: readU32(bytes, start + 4),
    queueAgeMs: readU32(bytes, start + 8),
  };
}
