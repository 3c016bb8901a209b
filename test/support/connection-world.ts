import type { Random } from '../../lib/common/random.js';
import { randomInteger } from '../../lib/common/random.js';
import { resolveOptions } from '../../lib/common/options.js';
import { ClientConnection } from '../../lib/connection/client-connection.js';
import { connectionOptionTable } from '../../lib/connection/connection-options.js';
import type { IncomingStream } from '../../lib/connection/incoming-stream.js';
import { ServerConnection } from '../../lib/connection/server-connection.js';
import { slowReaderOptionTable } from '../../lib/connection/slow-reader-guard.js';
import { binaryDialect } from '../../lib/protocol/binary/binary-dialect.js';
import { GoAwayReason, RejectReason } from '../../lib/protocol/frame.js';
import { ManualClock } from './manual-clock.js';
import { MemoryLinkPair } from './memory-link-pair.js';
import { RecordedCall, RecordedEvent } from './recorded-call.js';

const KIBIBYTE = 1024;

/** What the server did for one call, by its payload, which no other call has. */
interface Execution {
  readonly stream: IncomingStream;
  readonly sent: unknown[];
  /** The server has said its last word on it, which may still wait for credit. */
  isDone: boolean;
  count: number;
}

/**
 * A client's and a server's connection that do at random whatever they may do, over links on which
 * everything goes wrong, beside a plain account of what was done.
 */
export class ConnectionWorld {
  readonly clock = new ManualClock();
  readonly pair = new MemoryLinkPair({ clock: this.clock });
  readonly client: ClientConnection;
  readonly server: ServerConnection;
  readonly calls: RecordedCall[] = [];
  readonly events: RecordedEvent[] = [];
  readonly cancelled = new Set<RecordedCall>();
  readonly handledEvents: unknown[] = [];
  readonly executions = new Map<unknown, Execution>();
  readonly endedStreams: IncomingStream[] = [];
  readonly closes = { client: 0, server: 0 };
  /** What went wrong, for the test to find. */
  readonly problems: string[] = [];
  /** Whether a callback may destroy the connection. */
  mayDestroy = true;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    const { clock } = this;
    const heartbeat = { intervalMs: 1_000, misses: 2 };
    const options = {
      ...resolveOptions(connectionOptionTable, { heartbeat, initialCreditBytes: 4_096 }, []),
      dialect: binaryDialect,
      clock,
      metadata: undefined,
      loopLagMs: () => 0,
    };
    this.client = new ClientConnection(this.pair.client, options, {
      onReady: () => undefined,
      onStreamEnd: () => undefined,
      onDraining: () => undefined,
      onClosed: () => this.closes.client++,
    });
    const slowReader = { highWaterBytes: 16 * KIBIBYTE, maxPendingBytes: 256 * KIBIBYTE };
    const serverOptions = {
      ...options,
      slowReader: resolveOptions(slowReaderOptionTable, { ...slowReader, timeoutMs: 5_000 }, []),
      maxStreams: 60,
      maxEvents: 5,
      maxStreamBufferBytes: 16 * KIBIBYTE,
      queueAgeMs: () => 0,
    };
    this.server = new ServerConnection(this.pair.server, serverOptions, {
      onReady: () => undefined,
      onRequest: (stream) => this.#execute(stream),
      onEvent: (frame, connection) => this.#handle(frame.payload, connection),
      onFault: (fault) => this.problems.push(`a fault: ${fault.message}`),
      onStreamEnd: (stream) => this.endedStreams.push(stream),
      onTraffic: () => undefined,
      onClosed: () => this.closes.server++,
    });
    this.server.start();
    this.client.start();
  }

  /** An integer in `[0, bound)`. */
  dice(bound: number): number {
    return randomInteger(this.#random, bound);
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.dice(items.length)];
  }

  open(): void {
    const size = this.dice(10) === 0 ? this.dice(20 * KIBIBYTE) : this.dice(100);
    const call = new RecordedCall(`${this.calls.length}:${'c'.repeat(size)}`);
    call.atValue = () => this.#interfere(call);
    call.atEnd = () => this.#interfere(call);
    if (!this.client.isReady) {
      this.#expectRefusal(call);
      return;
    }
    this.calls.push(call);
    this.client.open(call);
  }

  emit(): void {
    if (!this.client.isReady) return;
    const event = new RecordedEvent(`${this.events.length}:${'e'.repeat(this.dice(2_000))}`);
    this.events.push(event);
    this.client.emit(event);
  }

  cancel(call: RecordedCall | undefined): void {
    if (call === undefined || call.settlements > 0) return;
    this.cancelled.add(call);
    this.client.cancel(call);
  }

  /** The work for some call goes on. */
  work(): void {
    const executions = [...this.executions.values()];
    const execution = this.pick(
      executions.filter(({ stream, isDone }) => stream.isOpen && !isDone),
    );
    if (execution === undefined) return;
    const kind = this.dice(12);
    if (kind < 5) this.#next(execution);
    else if (kind === 5) for (let count = 0; count < 20; count++) this.#next(execution);
    else if (kind === 6) execution.stream.next(1n);
    else if (kind === 7) this.#fail(execution);
    else this.#respond(execution);
  }

  /** All work is finished, all that arrives is consumed, the network is as it should be. */
  comeToRest(): void {
    for (const wire of [this.pair.toClient, this.pair.toServer]) {
      wire.capacityBytes = Infinity;
      wire.flow();
    }
    for (let round = 0; round < 100; round++) {
      for (const execution of this.executions.values())
        if (execution.stream.isOpen && !execution.isDone) this.#respond(execution);
      for (const call of this.calls) this.#consume(call);
      this.clock.advance(50);
    }
  }

  /** The last word: one end, or the network, ends the conversation. */
  finish(): void {
    const ways = [
      () => this.client.drain(),
      () => this.client.destroy(new Error('enough')),
      () => this.server.drain('shutdown', GoAwayReason.Shutdown, 'bye'),
      () => this.server.destroy('shutdown', GoAwayReason.Shutdown),
      () => this.pair.reset(),
      () => this.pair.drop(),
      () => this.pair.stall(),
      () => this.pair.client.end(),
      () => this.pair.server.end(),
    ];
    this.pick(ways)!();
  }

  #execute(stream: IncomingStream): void {
    const key = stream.request.payload;
    const known = this.executions.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const kind = this.dice(20);
    // Refused is as good as never arrived.
    if (kind === 0) return stream.reject(RejectReason.Overloaded, 'busy');
    const execution = { stream, sent: [] as unknown[], isDone: false, count: 1 };
    this.executions.set(key, execution);
    stream.owner = {
      onStop: () => undefined,
      onWritable: () => this.#next(execution),
    };
    if (kind < 8) this.#respond(execution);
    else if (kind < 12) this.#next(execution);
    return undefined;
  }

  #respond(execution: Execution): void {
    execution.isDone = true;
    execution.sent.push('last');
    execution.stream.respond('last');
  }

  #fail(execution: Execution): void {
    execution.isDone = true;
    execution.stream.fail('failed');
  }

  #next({ stream, sent, isDone }: Execution): void {
    if (isDone) return;
    const value = `${sent.length}:${'v'.repeat(this.dice(3_000))}`;
    sent.push(value);
    stream.next(value);
  }

  #handle(payload: unknown, connection: ServerConnection): void {
    this.handledEvents.push(payload);
    connection.events.begin();
    this.clock.schedule(this.dice(300), () => connection.events.end());
  }

  /** Callbacks may do what they like. */
  #interfere(call: RecordedCall): void {
    if (this.cancelled.has(call)) this.problems.push(`${call.streamId} was cancelled, and called`);
    if (this.dice(3) > 0) this.#consume(call);
    const kind = this.dice(60);
    if (kind < 3) this.open();
    else if (kind < 6) this.cancel(this.pick(this.calls));
    else if (kind === 6) this.emit();
    else if (kind === 7 && this.mayDestroy && this.dice(20) === 0) this.client.destroy();
  }

  #consume(call: RecordedCall): void {
    if (call.creditBytes === 0) return;
    this.client.grant(call, call.creditBytes);
    call.creditBytes = 0;
  }

  #expectRefusal(call: RecordedCall): void {
    try {
      this.client.open(call);
      this.problems.push('a call was opened on a connection that is not ready');
    } catch {
      // As it should be.
    }
  }
}
