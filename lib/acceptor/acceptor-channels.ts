import type { Channel } from 'node:diagnostics_channel';
import { channel } from 'node:diagnostics_channel';
import type { AcceptorEvents } from './acceptor-events.js';

type ChannelTable = Readonly<Record<keyof AcceptorEvents, Channel>>;

const PREFIX = 'nestjs-socket-pool:acceptor.';

/** Channels of `node:diagnostics_channel`: every event of every acceptor of the process, by its name. */
const CHANNELS: ChannelTable = {
  listening: channel(`${PREFIX}listening`),
  connectionOpened: channel(`${PREFIX}connectionOpened`),
  connectionClosed: channel(`${PREFIX}connectionClosed`),
  linkRefused: channel(`${PREFIX}linkRefused`),
  linkFailed: channel(`${PREFIX}linkFailed`),
  messageFaulty: channel(`${PREFIX}messageFaulty`),
  eventsRefused: channel(`${PREFIX}eventsRefused`),
  warning: channel(`${PREFIX}warning`),
  draining: channel(`${PREFIX}draining`),
  closed: channel(`${PREFIX}closed`),
};

export function publishAcceptorEvent<Name extends keyof AcceptorEvents>(
  name: Name,
  payload: AcceptorEvents[Name],
): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(payload);
}
