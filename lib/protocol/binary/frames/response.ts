import type { ResponseFrame } from '../../frame.js';
import { FrameType } from '../../frame.js';
import { Flag, HEADER_BYTES } from '../header.js';
import type { RawFrame } from '../raw-frame.js';

/** The word of the header of a response, given the flags of its payload. */
export function responseWord(isEnd: boolean, payloadFlags: number): number {
  return (FrameType.Response << 24) | ((payloadFlags | (isEnd ? Flag.End : 0)) << 16);
}

export function readResponse(raw: RawFrame): ResponseFrame {
  const isEnd = (raw.flags & Flag.End) !== 0;
  const payload = raw.payload(raw.start);
  return {
    type: FrameType.Response,
    streamId: raw.streamId,
    // Without a payload it is an end; or else a value that JSON has no text for: `undefined`.
    hasPayload: !isEnd || (raw.flags & Flag.Payload) !== 0,
    payload,
    isEnd,
    creditBytes: isEnd ? 0 : raw.end - raw.start + HEADER_BYTES,
    fault: raw.fault,
  };
}
