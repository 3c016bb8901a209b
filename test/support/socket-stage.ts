import { onTestFinished } from 'vitest';
import { systemClock } from '../../lib/common/clock.js';
import type { ServerConnectionOptions } from '../../lib/connection/server-connection-options.js';
import { listenerFor } from '../../lib/link/listeners.js';
import type { ErrorCode } from '../../lib/errors/error-codes.js';
import type { CallRequest } from '../../lib/pool/call.js';
import { createSocketPool } from '../../lib/pool/create-socket-pool.js';
import type { PoolOptionsInput } from '../../lib/pool/pool-options.js';
import type { SocketPool } from '../../lib/pool/socket-pool.js';
import { certificates } from './certificates.js';
import { requestOf } from './pool-stage.js';
import { RecordedSink } from './recorded-sink.js';
import { addressOf, listenerOptions } from './socket-link-pair.js';
import { TestService } from './test-service.js';
import { until } from './until.js';

/** Starts an instance of the service on a real socket; it is gone with the test. */
export async function openService(
  address = 'tcp://127.0.0.1:0',
  options: Partial<ServerConnectionOptions> = {},
): Promise<TestService> {
  const listener = listenerFor(addressOf(address), listenerOptions(), certificates().server);
  const service = new TestService(listener, systemClock, options);
  await service.listen();
  onTestFinished(async () => {
    await service.stopListening();
    service.kill();
  });
  return service;
}

export function portOf(service: TestService): number {
  return Number(service.address.split(':').at(-1));
}

/** A pool over real sockets; it is gone with the test, and so must all its sockets be. */
export function openPool(options: PoolOptionsInput): SocketPool {
  const pool = createSocketPool(options);
  onTestFinished(() => pool.destroy());
  return pool;
}

export function callOn(pool: SocketPool, request: Partial<CallRequest> = {}): RecordedSink {
  const sink = new RecordedSink();
  sink.call = pool.call(requestOf(request), sink);
  return sink;
}

export function callsOn(
  pool: SocketPool,
  count: number,
  request: Partial<CallRequest> = {},
): RecordedSink[] {
  return Array.from({ length: count }, () => callOn(pool, request));
}

export function settled(sinks: readonly RecordedSink[], limitMs?: number): Promise<void> {
  return until(() => sinks.every((sink) => sink.isSettled), 'all calls are settled', limitMs);
}

/** How often each label occurs. */
export function labelsOf(sinks: readonly RecordedSink[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { label } of sinks) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** Makes calls, `concurrency` at a time, until it is stopped. */
export class Load {
  readonly sinks: RecordedSink[] = [];
  readonly #pool: SocketPool;
  #isStopped = false;

  constructor(pool: SocketPool, concurrency: number) {
    this.#pool = pool;
    for (let lane = 0; lane < concurrency; lane++) this.#next();
  }

  async stop(): Promise<RecordedSink[]> {
    this.#isStopped = true;
    await settled(this.sinks);
    return this.sinks;
  }

  #next(): void {
    if (this.#isStopped) return;
    // The next one in a turn of its own, or one lane would keep the loop to itself.
    const sink = new LoadSink(() => void systemClock.afterTurn(() => this.#next()));
    this.sinks.push(sink);
    sink.call = this.#pool.call(requestOf({ payload: this.sinks.length }), sink);
  }
}

class LoadSink extends RecordedSink {
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    super();
    this.#onEnd = onEnd;
  }

  override complete(): void {
    super.complete();
    this.#onEnd();
  }

  override error(error: unknown, code?: ErrorCode): void {
    super.error(error, code);
    this.#onEnd();
  }
}

/** Sockets of this process that are open or being opened; listeners do not count. */
export function openSockets(): number {
  const resources = process.getActiveResourcesInfo();
  return resources.filter((name) => /^(TCPSocketWrap|TLSWrap|TCPConnectWrap|PipeWrap)$/.test(name))
    .length;
}
