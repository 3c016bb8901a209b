import type { ReadPacket } from '@nestjs/microservices';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { CallRequest } from '../pool/call.js';
import type { Metadata } from '../protocol/frame.js';
import { IDEMPOTENCY_KEY } from '../protocol/metadata.js';
import type { RecordOptions } from './call-options.js';
import { patternText } from './pattern-text.js';
import { SocketPoolRecord } from './socket-pool-record.js';

const NO_OPTIONS: RecordOptions = {};

/** What the pool is asked for, and whether it inherits of what is being handled. */
export interface ClientRequest extends CallRequest {
  readonly inherits: boolean;
}

/**
 * What the pool is asked for a packet of Nest. A record is taken apart, and what was given with the
 * call goes before it. Where the dispatch hook and the call set the same key of the metadata, the call
 * has the last word: it is the nearer one.
 *
 * @throws SocketPoolError `UNSERIALIZABLE_PAYLOAD` when the pattern cannot be written as JSON
 */
export function toCallRequest(
  { pattern, data, metadata }: ReadPacket<unknown>,
  options: RecordOptions = NO_OPTIONS,
): ClientRequest {
  const isText = typeof pattern === 'string';
  const isRecord = data instanceof SocketPoolRecord;
  const own = isRecord ? joinOptions(data.options, options) : options;
  return {
    pattern: isText ? pattern : patternText(pattern),
    isPatternJson: !isText,
    payload: isRecord ? data.data : data,
    metadata: joinMetadata(joinMetadata(metadata, own.metadata), keyOf(own)),
    deadlineMs: own.deadlineMs,
    inherits: own.inherit !== false,
    idempotent: own.idempotent,
    stickyKey: own.stickyKey,
  };
}

/** @throws SocketPoolError `UNSERIALIZABLE_PAYLOAD` for what Nest refuses with `InvalidMessageException` */
export function checkMessage(pattern: unknown, data: unknown): void {
  if (pattern != null && data != null) return;
  const which = pattern == null ? 'pattern' : 'data';
  throw new SocketPoolError(
    'UNSERIALIZABLE_PAYLOAD',
    `the ${which} of a call cannot be undefined or null`,
  );
}

function joinOptions(record: RecordOptions, call: RecordOptions): RecordOptions {
  return {
    deadlineMs: call.deadlineMs ?? record.deadlineMs,
    metadata: joinMetadata(record.metadata, call.metadata),
    idempotent: call.idempotent ?? record.idempotent,
    inherit: call.inherit ?? record.inherit,
    idempotencyKey: call.idempotencyKey ?? record.idempotencyKey,
    stickyKey: call.stickyKey ?? record.stickyKey,
  };
}

function keyOf({ idempotencyKey }: RecordOptions): Metadata | undefined {
  return idempotencyKey === undefined ? undefined : { [IDEMPOTENCY_KEY]: idempotencyKey };
}

function joinMetadata(
  outer: Metadata | undefined,
  own: Metadata | undefined,
): Metadata | undefined {
  if (outer === undefined || own === undefined) return own ?? outer;
  return { ...outer, ...own };
}
