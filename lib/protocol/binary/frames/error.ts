import type { ErrorCode } from '../../../errors/error-codes.js';
import { codeOfWireNumber, wireNumberOf } from '../../../errors/error-codes.js';
import type { ErrorFrame, ResponseFrame } from '../../frame.js';
import { FrameType } from '../../frame.js';
import { faultyReply } from '../../packet.js';
import type { RawFrame } from '../raw-frame.js';

/** The word of the header of an error, given the flags of its payload. */
export function errorWord(code: ErrorCode, payloadFlags: number): number {
  return (FrameType.Error << 24) | (payloadFlags << 16) | wireNumberOf(code);
}

/** An error whose payload cannot be decoded becomes an end of the stream with a fault. */
export function readError(raw: RawFrame): ErrorFrame | ResponseFrame {
  const { streamId } = raw;
  const payload = raw.payload(raw.start);
  if (raw.fault === undefined)
    return { type: FrameType.Error, streamId, code: codeOfWireNumber(raw.aux), payload };
  return faultyReply(raw.fault, { streamId, isEnd: true, creditBytes: 0 });
}
