import type { ErrorFrame, EventFrame, RequestFrame, ResponseFrame } from '../frame.js';
import { FrameType } from '../frame.js';
import type { PacketTarget } from '../packet.js';
import {
  errorPacket,
  faultyOpening,
  faultyReply,
  openingOf,
  openingPacket,
  replyOf,
  responsePacket,
} from '../packet.js';

/**
 * How the frames of this dialect pass through a deserializer. One that came in an envelope holds what
 * the serializer of the other end made; any other is shown to the deserializer as the packet that
 * stock Nest would have sent. Type, stream id, deadline and end are those of the frame in any case.
 */
export function openingTarget(frame: RequestFrame | EventFrame, isEnvelope: boolean): PacketTarget {
  const id = frame.type === FrameType.Request ? String(frame.streamId) : undefined;
  return {
    value: () => (isEnvelope ? frame.payload : openingPacket(frame, id)),
    toFrame: (packet) => openingOf(packet, frame),
    toFault: (fault) => faultyOpening(fault, frame),
  };
}

export function responseTarget(frame: ResponseFrame, isEnvelope: boolean): PacketTarget {
  return {
    value: () => (isEnvelope ? frame.payload : responsePacket(frame, String(frame.streamId))),
    toFrame: (packet) => replyOf(packet, frame),
    toFault: (fault) => faultyReply(fault, frame),
  };
}

export function errorTarget(frame: ErrorFrame, isEnvelope: boolean): PacketTarget {
  const head = { streamId: frame.streamId, isEnd: true, creditBytes: 0 };
  return {
    value: () => (isEnvelope ? frame.payload : errorPacket(frame, String(frame.streamId))),
    toFrame: (packet) => replyOf(packet, head),
    toFault: (fault) => faultyReply(fault, head),
  };
}
