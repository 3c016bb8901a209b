import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { count, durationMs, group, sizeBytes, switchableGroup } from '../common/options.js';

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;

export const heartbeatOptionTable = {
  intervalMs: durationMs(
    { default: 5_000, min: 10, max: 3_600_000 },
    'Time between two pings on a connection.',
  ),
  misses: count(
    { default: 3, min: 1, max: 100 },
    'Intervals of silence after which the peer counts as gone.',
  ),
};

export const limitOptionTable = {
  maxMessageBytes: sizeBytes(
    { default: 16 * MEBIBYTE, min: 1024, max: GIBIBYTE },
    'The largest message that is accepted.',
  ),
  maxMetadataBytes: sizeBytes(
    { default: 16 * 1024, min: 64, max: MEBIBYTE },
    'The largest metadata of one message.',
  ),
  maxPatternBytes: sizeBytes({ default: 1024, min: 16, max: 65_535 }, 'The longest pattern.'),
};

/** What both ends of a connection may configure. */
export const connectionOptionTable = {
  heartbeat: switchableGroup(
    heartbeatOptionTable,
    'Pings on the business connection; `false` sends none.',
  ),
  limits: group(
    limitOptionTable,
    'Sizes above which a message is refused before memory is taken for it.',
  ),
  messageTimeoutMs: durationMs(
    { default: 30_000, min: 10, max: 3_600_000 },
    'The longest time from the first byte of a message to its last.',
  ),
  initialCreditBytes: sizeBytes(
    { default: 256 * 1024, min: 1024, max: GIBIBYTE },
    'How much of a streamed reply may be on its way to a consumer that has not consumed it.',
  ),
};

export type ConnectionOptionsInput = OptionsInput<typeof connectionOptionTable>;
export type ConnectionOptions = ResolvedOptions<typeof connectionOptionTable>;
