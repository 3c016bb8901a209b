import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Link, LinkHandler } from '../../lib/link/link.js';

/** Both ends of a connection, not started. */
export interface LinkEnds {
  readonly client: Link;
  readonly server: Link;
  close(): Promise<void>;
}

export type OpenLinkEnds = () => Promise<LinkEnds>;

/** More than any kernel's buffers hold. */
export const BACKLOG_BYTES = 32 * 1024 * 1024;

export const silentHandler: LinkHandler = {
  onData: () => undefined,
  onDrain: () => undefined,
  onEnd: () => undefined,
  onClose: () => undefined,
};

/** Enough turns for whatever was going to happen at once to have happened. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}
