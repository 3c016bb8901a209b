import { seededRandom } from '../../lib/common/random.js';
import type { Random } from '../../lib/common/random.js';
import type { ServerConnectionOptions } from '../../lib/connection/server-connection-options.js';
import type { CallRequest } from '../../lib/pool/call.js';
import { createSocketPool } from '../../lib/pool/create-socket-pool.js';
import type { PoolEvents } from '../../lib/pool/pool-events.js';
import type { PoolOptionsInput } from '../../lib/pool/pool-options.js';
import type { SocketPool } from '../../lib/pool/socket-pool.js';
import type { EndpointSnapshot, PoolSnapshot } from '../../lib/metrics/snapshot.js';
import { ManualClock } from './manual-clock.js';
import { MemoryNetwork } from './memory-network.js';
import { RecordedSink } from './recorded-sink.js';
import { TestService } from './test-service.js';

const EVENT_NAMES: readonly (keyof PoolEvents)[] = [
  'connected',
  'disconnected',
  'reconnecting',
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
  'closed',
];

export const A = 'tcp://a:1';
export const B = 'tcp://b:1';

export interface StageOptions {
  /** Addresses with an instance of the service from the start. Default: `a`. */
  readonly services?: readonly string[];
  readonly server?: Partial<ServerConnectionOptions>;
  readonly random?: Random;
}

/** A pool on a manual clock, and instances of its service in memory. */
export class PoolStage {
  readonly clock = new ManualClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly pool: SocketPool;
  /** Names of events, in order; state changes as `state <name>`. */
  readonly events: string[] = [];
  readonly payloads: { name: keyof PoolEvents; payload: PoolEvents[keyof PoolEvents] }[] = [];
  readonly #services = new Map<string, TestService>();
  readonly #server: Partial<ServerConnectionOptions>;

  private constructor(input: PoolOptionsInput, options: StageOptions) {
    const { services = [A], random = seededRandom(7) } = options;
    this.#server = options.server ?? {};
    this.pool = createSocketPool(
      {
        heartbeat: false,
        ...(input.discovery === undefined ? { endpoints: services } : {}),
        ...input,
      },
      {
        clock: this.clock,
        random,
        makeDialer: (endpoint) => this.network.dialer(endpoint.address),
        makeBeaconDialer: ({ host, port }) => this.network.dialer(`tcp://${host}:${port}`),
      },
    );
    for (const name of EVENT_NAMES) this.pool.on(name, (payload) => this.#record(name, payload));
  }

  /** Nothing is connected yet. */
  static async idle(input: PoolOptionsInput = {}, options: StageOptions = {}): Promise<PoolStage> {
    const stage = new PoolStage(input, options);
    for (const address of options.services ?? [A]) await stage.serve(address);
    return stage;
  }

  /** Every endpoint has its minimum of connections. */
  static async ready(input: PoolOptionsInput = {}, options: StageOptions = {}): Promise<PoolStage> {
    const stage = await PoolStage.idle(input, options);
    stage.pool.start();
    await stage.settle();
    return stage;
  }

  /** Starts an instance at the address. */
  async serve(address: string): Promise<TestService> {
    const service = new TestService(this.network.listener(address), this.clock, this.#server);
    this.#services.set(address, service);
    await service.listen();
    return service;
  }

  service(address: string = A): TestService {
    return this.#services.get(address)!;
  }

  /** The instance is gone at once, and nobody listens there any more. */
  async crash(address: string = A): Promise<void> {
    await this.service(address).stopListening();
    this.service(address).kill();
    await this.settle();
  }

  call(request: Partial<CallRequest> = {}, sink = new RecordedSink()): RecordedSink {
    sink.call = this.pool.call(requestOf(request), sink);
    return sink;
  }

  calls(count: number, request: Partial<CallRequest> = {}): RecordedSink[] {
    return Array.from({ length: count }, () => this.call(request));
  }

  emit(request: Partial<CallRequest> = {}, sink = new RecordedSink()): RecordedSink {
    this.pool.emit(requestOf(request), sink);
    return sink;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 5; round++) await this.clock.settle();
  }

  async advance(ms: number): Promise<void> {
    await this.settle();
    await this.clock.advanceAsync(ms);
    await this.settle();
  }

  get snapshot(): PoolSnapshot {
    return this.pool.snapshot();
  }

  endpoint(address: string = A): EndpointSnapshot {
    const found = this.snapshot.endpoints.find((each) => each.address === address);
    if (found === undefined) throw new Error(`no endpoint ${address}`);
    return found;
  }

  /** How many connections take calls. */
  ready(address?: string): number {
    return this.snapshot.endpoints
      .filter((each) => address === undefined || each.address === address)
      .flatMap((each) => each.connections)
      .filter((each) => each.state === 'ready').length;
  }

  /** What is left behind: timers, turns, open links at either end. */
  get leftovers(): object {
    const { timerCount: timers, turnCount: turns } = this.clock;
    return { timers, turns, links: this.network.openPairs.length };
  }

  #record(name: keyof PoolEvents, payload: PoolEvents[keyof PoolEvents]): void {
    this.payloads.push({ name, payload });
    this.events.push('to' in payload ? `state ${payload.to}` : name);
  }
}

export const NOTHING_LEFT = { timers: 0, turns: 0, links: 0 };

export function requestOf(request: Partial<CallRequest> = {}): CallRequest {
  return {
    pattern: 'orders.get',
    isPatternJson: false,
    payload: 1,
    metadata: undefined,
    deadlineMs: undefined,
    idempotent: false,
    stickyKey: undefined,
    ...request,
  };
}
