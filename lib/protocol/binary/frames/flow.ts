import type { CancelFrame, CreditFrame } from '../../frame.js';
import { FrameType } from '../../frame.js';
import type { FrameWriter } from '../frame-writer.js';
import { readU32 } from '../header.js';
import type { RawFrame } from '../raw-frame.js';

const CREDIT_BYTES = 4;

export function readCancel(raw: RawFrame): CancelFrame {
  return { type: FrameType.Cancel, streamId: raw.streamId };
}

export function writeCredit(writer: FrameWriter, frame: CreditFrame): void {
  writer.u32(frame.bytes);
}

export function readCredit(raw: RawFrame): CreditFrame {
  raw.require(CREDIT_BYTES);
  return { type: FrameType.Credit, streamId: raw.streamId, bytes: readU32(raw.bytes, raw.start) };
}
