import type { Clock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { messageOf } from '../errors/socket-pool-error.js';
import type { EventSource, ManagedService } from './managed-service.js';
import type { RecordedEvent } from './management.contract.js';

const POOL_EVENTS = [
  'connected',
  'disconnected',
  'connectionOpened',
  'connectionDraining',
  'connectionClosed',
  'connectFailed',
  'endpointsChanged',
  'discoveryFailed',
  'stateChanged',
];

const SERVER_EVENTS = [
  'listening',
  'connectionOpened',
  'connectionClosed',
  'linkRefused',
  'linkFailed',
  'messageFaulty',
  'warning',
  'draining',
];

/** Events that wait to be taken above this number are dropped, the oldest first. */
const MAX_WAITING = 1_000;
const MAX_TEXT_LENGTH = 300;

/** Notes what the servers and pools of the service tell, one line each, for the flight recorder. */
export class EventRecorder {
  private readonly listening = new Map<object, readonly Disposer[]>();
  private waiting: RecordedEvent[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly service: ManagedService,
  ) {}

  /** Servers and pools appear while the application runs; each is listened to once. */
  listenToNewcomers(): void {
    this.service.servers().forEach((server, index) => {
      this.listenOnce(server, `server ${index}`, (name, listener) =>
        server.observe(name, listener),
      );
    });
    for (const pool of this.service.pools()) {
      this.listenOnce(pool, `pool ${pool.name}`, (name, listener) => pool.on(name, listener));
    }
  }

  /** What was noted since the last time. */
  take(): readonly RecordedEvent[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }

  stop(): void {
    for (const disposers of this.listening.values()) for (const dispose of disposers) dispose();
    this.listening.clear();
  }

  private listenOnce(target: object, source: string, on: EventSource): void {
    if (this.listening.has(target)) return;
    const names = source.startsWith('pool') ? POOL_EVENTS : SERVER_EVENTS;
    const disposers = names.map((name) => on(name, (payload) => this.note(source, name, payload)));
    this.listening.set(target, disposers);
  }

  private note(source: string, name: string, payload: object): void {
    this.waiting.push({ at: this.clock.wallNow(), source, name, text: textOf(payload) });
    if (this.waiting.length > MAX_WAITING) this.waiting.shift();
  }
}

/** The fields of an event on one line: words and numbers, errors by their message. */
function textOf(payload: object): string {
  const parts = Object.entries(payload)
    .filter(([field, value]) => field !== 'pool' && value !== undefined)
    .map(([field, value]) => `${field} ${wordOf(value)}`);
  const text = parts.join(', ').replaceAll(/\s+/g, ' ');
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

function wordOf(value: unknown): string {
  if (value instanceof Error) return messageOf(value);
  if (typeof value === 'number') return String(Math.round(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
