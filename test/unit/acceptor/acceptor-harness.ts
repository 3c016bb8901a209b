import { Acceptor } from '../../../lib/acceptor/acceptor.js';
import type { AcceptorEvents } from '../../../lib/acceptor/acceptor-events.js';
import type {
  AcceptorHandler,
  IncomingEvent,
  IncomingStream,
} from '../../../lib/acceptor/acceptor-handler.js';
import type { AcceptorOptionsInput } from '../../../lib/acceptor/acceptor-options.js';
import { acceptorOptionTable } from '../../../lib/acceptor/acceptor-options.js';
import type { KernelLimits } from '../../../lib/acceptor/kernel-limits.js';
import { resolveOptions } from '../../../lib/common/options.js';
import type { Link } from '../../../lib/link/link.js';
import type { Dialect } from '../../../lib/protocol/dialect.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryNetwork } from '../../support/memory-network.js';
import { helloFrame, ScriptedClient } from '../../support/scripted-client.js';

export const ADDRESS = 'tcp://orders:4000';

const NO_LIMITS: KernelLimits = {
  maxDescriptors: undefined,
  maxBacklog: undefined,
  ephemeralPorts: undefined,
  reservedPorts: [],
};

type Told = { [Name in keyof AcceptorEvents]: AcceptorEvents[Name][] };

const EVENT_NAMES: (keyof AcceptorEvents)[] = [
  'listening',
  'connectionOpened',
  'connectionClosed',
  'linkRefused',
  'linkFailed',
  'messageFaulty',
  'eventsRefused',
  'warning',
  'draining',
  'closed',
];

/** An acceptor in a network of memory links, and what it said and was asked. */
export class AcceptorHarness implements AcceptorHandler {
  readonly clock = new ManualClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly streams: IncomingStream[] = [];
  readonly events: IncomingEvent[] = [];
  readonly told = Object.fromEntries(EVENT_NAMES.map((name) => [name, []])) as unknown as Told;
  readonly acceptor: Acceptor;
  readonly listener = this.network.listener(ADDRESS);

  constructor(options: AcceptorOptionsInput = {}, limits: Partial<KernelLimits> = {}) {
    const problems: string[] = [];
    this.acceptor = new Acceptor({
      listeners: [this.listener],
      options: resolveOptions(acceptorOptionTable, { heartbeat: false, ...options }, problems),
      handler: this,
      clock: this.clock,
      readLimits: () => ({ ...NO_LIMITS, ...limits }),
    });
    if (problems.length > 0) throw new Error(problems.join('\n'));
    for (const name of EVENT_NAMES)
      this.acceptor.on(name, (payload) => (this.told[name] as unknown[]).push(payload));
  }

  static async listening(
    ...parts: ConstructorParameters<typeof AcceptorHarness>
  ): Promise<AcceptorHarness> {
    const harness = new AcceptorHarness(...parts);
    await harness.acceptor.listen();
    return harness;
  }

  onRequest(stream: IncomingStream): void {
    this.streams.push(stream);
  }

  onEvent(event: IncomingEvent): void {
    this.events.push(event);
  }

  async dial(): Promise<Link> {
    const dialed = this.network.dialer(ADDRESS).dial(new AbortController().signal);
    await this.clock.settle();
    return dialed;
  }

  /** A client that has said nothing yet. */
  async connect(dialect?: Dialect): Promise<ScriptedClient> {
    return new ScriptedClient(await this.dial(), dialect);
  }

  /** A client with its handshake done. */
  async greet(): Promise<ScriptedClient> {
    const client = await this.connect();
    client.send(helloFrame());
    await this.clock.settle();
    return client;
  }

  get opened(): string[] {
    return this.told.connectionOpened.map(({ dialect }) => dialect);
  }

  /** Why connections closed, in order. */
  get closes(): string[] {
    return this.told.connectionClosed.map(({ reason }) => `${reason.by}: ${reason.cause}`);
  }
}
