import type { Clock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { messageOf } from '../errors/socket-pool-error.js';
import type { ManagedService } from './managed-service.js';
import type { RecordedEvent } from './management.contract.js';
import { ProbeTraces } from './probe-traces.js';

const POOL_EVENTS = [
  'connected',
  'disconnected',
  'connectionOpened',
  'connectionDraining',
  'connectionBusy',
  'connectionRecovered',
  'connectionClosed',
  'connectFailed',
  'endpointsChanged',
  'ejected',
  'readmitted',
  'circuitOpened',
  'circuitClosed',
  'discoveryFailed',
  'stateChanged',
  'leaseLeaked',
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

/** Fields that are left out of the line: what the source says already, and what a peer says of itself. */
const SILENT_FIELDS: ReadonlySet<string> = new Set(['pool', 'metadata']);

/** Notes what the servers and pools of the service tell, one line each, for the flight recorder. */
export class EventRecorder {
  private readonly listening = new Map<object, readonly Disposer[]>();
  private readonly traces = new Map<object, ProbeTraces>();
  private waiting: RecordedEvent[] = [];

  /**
   * @param probeName of management's own connections to the servers, of which nothing is noted
   * @param onDraining a server began to drain, whoever asked for it
   */
  constructor(
    private readonly clock: Clock,
    private readonly service: ManagedService,
    private readonly probeName: string,
    private readonly onDraining: () => void = () => undefined,
  ) {}

  /** Of management's own connections to a server. */
  tracesOf(server: object): ProbeTraces {
    const known = this.traces.get(server);
    if (known !== undefined) return known;
    const traces = new ProbeTraces(this.probeName);
    this.traces.set(server, traces);
    return traces;
  }

  /** Servers and pools appear while the application runs; each is listened to once. */
  listenToNewcomers(): void {
    this.service.servers().forEach((server, index) => {
      const source = `server ${index}`;
      const traces = this.tracesOf(server);
      this.listenOnce(server, SERVER_EVENTS, (name) =>
        server.observe(name, (payload: object) => {
          if (!traces.notes(name, payload)) this.note(source, name, payload);
          if (name === 'draining') this.onDraining();
        }),
      );
    });
    for (const pool of this.service.pools()) {
      const source = `pool ${pool.name}`;
      this.listenOnce(pool, POOL_EVENTS, (name) =>
        pool.on(name, (payload: object) => this.note(source, name, payload)),
      );
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

  private listenOnce(
    target: object,
    names: readonly string[],
    listen: (name: string) => Disposer,
  ): void {
    if (!this.listening.has(target)) this.listening.set(target, names.map(listen));
  }

  private note(source: string, name: string, payload: object): void {
    this.waiting.push({ at: this.clock.wallNow(), source, name, text: textOf(payload) });
    if (this.waiting.length > MAX_WAITING) this.waiting.shift();
  }
}

/** The fields of an event on one line: words and numbers, errors by their message. */
function textOf(payload: object): string {
  const parts = Object.entries(payload)
    .filter(([field, value]) => !SILENT_FIELDS.has(field) && value !== undefined)
    .map(([field, value]) => `${field} ${wordOf(value)}`);
  const text = parts.join(', ').replaceAll(/\s+/g, ' ');
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

function wordOf(value: unknown): string {
  if (value instanceof Error) return messageOf(value);
  if (typeof value === 'number') return String(Math.round(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
