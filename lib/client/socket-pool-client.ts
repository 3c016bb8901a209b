import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { MsPattern, ReadPacket, WritePacket } from '@nestjs/microservices';
import { ClientProxy } from '@nestjs/microservices';
import type { Subscriber, TeardownLogic } from 'rxjs';
import { Observable } from 'rxjs';
import { systemClock } from '../common/clock.js';
import type { Call } from '../pool/call.js';
import type { SocketPool } from '../pool/socket-pool.js';
import { abortedFailure } from './call-failure.js';
import type { CallOptions } from './call-options.js';
import { checkCallOptions } from './call-options.js';
import { CallPlacer } from './call-placer.js';
import type { ClientRequest } from './call-request.js';
import { checkMessage, toCallRequest } from './call-request.js';
import { CallbackSink } from './callback-sink.js';
import type { SocketPoolClientEvents, SocketPoolStatus } from './client-events.js';
import { checkEventName } from './client-events.js';
import type { SocketPoolClientOptions } from './client-options.js';
import { ClientPool } from './client-pool.js';
import { EmittedEvent } from './emitted-event.js';
import { toClientHooks } from './client-hooks.js';
import { Inheritance } from './inheritance.js';
import type { ClientListener } from './pool-attachment.js';
import type { SharedPoolOptions } from './pool-origin.js';
import { inheritOf, poolOriginOf } from './pool-origin.js';
import type { ReplyBuffer } from './reply-buffer.js';
import { ReplyPromise } from './reply-promise.js';
import { ReplyStream } from './reply-stream.js';

/**
 * The client end of a service, as a Nest `ClientProxy` on a pool of connections.
 *
 * `send()` and `emit()` mean what they mean for Nest's TCP client: `send()` asks anew for each
 * subscriber, unsubscribing gives the call up and ends the server's work; `emit()` leaves at once. The
 * methods that a derived class may override (`connect`, `createPacket`, `publish`, `dispatchEvent`,
 * `createObserver`, `serializeError`, `serializeResponse`) are called where Nest calls them. Where none
 * is overridden and no dispatch hook is set, a subscriber receives the reply from the connection
 * without anything in between: the same outcome, several times as fast.
 */
export class SocketPoolClient
  // The status is text here, so that a client is a ClientProxy for the compiler as well.
  extends ClientProxy<SocketPoolClientEvents, string>
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  protected readonly logger = new Logger('SocketPool');
  private readonly home: ClientPool;
  private readonly calls: CallPlacer;

  /**
   * Opens no connection.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` that lists every option that is unknown or out of range
   */
  constructor(options: SocketPoolClientOptions | SharedPoolOptions = {}) {
    super();
    const origin = poolOriginOf(options);
    this.initializeSerializer(options as never);
    this.initializeDeserializer(options as never);
    const inheritance = new Inheritance(inheritOf(origin), systemClock);
    this.home = new ClientPool(origin, {
      inheritance,
      logger: this.logger,
      makeHooks: () =>
        toClientHooks({ serializer: this.serializer, deserializer: this.deserializer }),
      onStatus: (status) => this._status$.next(status),
    });
    this.calls = new CallPlacer(this.home, inheritance, () => this.connect());
  }

  /** The pool below: its state, its events, its snapshot. A client that was closed makes a new one. */
  get pool(): SocketPool {
    return this.home.pool;
  }

  /** Whether there is a ready connection; the latest word first, and only changes. */
  override get status(): Observable<SocketPoolStatus> {
    return super.status as Observable<SocketPoolStatus>;
  }

  /**
   * Waits for a ready connection. Concurrent callers share one attempt; after a failure the next call
   * starts afresh. Calls and events do it by themselves.
   *
   * @throws SocketPoolError `CONNECT_FAILED`, `CONNECT_TIMEOUT`, `HANDSHAKE_FAILED` …, with its cause
   */
  override connect(): Promise<void> {
    return this.home.connect();
  }

  /**
   * Lets calls in flight finish, for `drainTimeoutMs` at most, and closes the connections. Idempotent;
   * never rejects. A later `connect()`, call or event opens new ones. A shared pool stays open.
   */
  override close(_signal?: string): Promise<void> {
    return this.home.close();
  }

  /** @returns the pool, once there is or was a reason to connect */
  override unwrap<T = SocketPool>(): T {
    const { current } = this.home;
    if (current === undefined || current.state === 'idle') {
      throw new Error('Not initialized. Please call the "connect" method first.');
    }
    return current as T;
  }

  /** Listens to an event, whether there is a connection yet or not; until `close()`. */
  override on<
    Name extends keyof SocketPoolClientEvents,
    Callback extends SocketPoolClientEvents[Name],
  >(event: Name, callback: Callback): void {
    checkEventName(event);
    this.home.listen({ event, callback: callback as ClientListener['callback'] });
  }

  // The defaults are those of ClientProxy, so that code written against it compiles unchanged.
  // oxlint-disable-next-line typescript/no-explicit-any
  override send<TResult = any, TInput = any>(pattern: unknown, data: TInput): Observable<TResult> {
    if (pattern == null || data == null) return super.send(pattern, data);
    return new Observable((subscriber) => this.ask(pattern, data, subscriber));
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  override emit<TResult = any, TInput = any>(pattern: unknown, data: TInput): Observable<TResult> {
    if (pattern == null || data == null || !this.emitsAtOnce()) return super.emit(pattern, data);
    const event = new EmittedEvent();
    try {
      this.calls.emit(this.eventRequest(this.createPacket(pattern, data)), event);
    } catch (error) {
      event.error(error);
    }
    return event.toObservable() as Observable<TResult>;
  }

  /**
   * Makes a call and waits for its reply: its last value once it is complete, `undefined` when it has
   * none. `serializeResponse` and `serializeError` have no part in it.
   *
   * @throws SocketPoolError in every case: `HANDLER_FAILED` with what the handler threw as `cause`,
   *   `NO_HANDLER`, `CANCELLED` when the signal was aborted, or any other code
   */
  request<T = unknown>(pattern: unknown, data: unknown, options: CallOptions = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      checkMessage(pattern, data);
      checkCallOptions(options, 'request()');
      const { signal } = options;
      if (signal?.aborted) throw abortedFailure(signal, 'no');
      const reply = new ReplyPromise<T>({ resolve, reject }, signal);
      this.launch(reply, () =>
        this.calls.place(this.requestOf(pattern, data, options), reply, 'promised'),
      );
    });
  }

  /**
   * Makes a call whose reply has many values. Each loop over the result is a call of its own, which
   * begins with the first value that is asked for and ends with the loop. A consumer that is slow slows
   * the server down.
   *
   * @throws SocketPoolError out of the loop, as `request()` does; `STREAM_OVERFLOW` when the consumer
   *   is slow and the dialect has no means to slow the server down
   */
  stream<T = unknown>(
    pattern: unknown,
    data: unknown,
    options: CallOptions = {},
  ): AsyncIterable<T> {
    const open = (reply: ReplyBuffer<unknown>): void =>
      this.launch(reply, () => {
        checkMessage(pattern, data);
        checkCallOptions(options, 'stream()');
        return this.calls.place(this.requestOf(pattern, data, options), reply, 'paced');
      });
    return new ReplyStream<T>(open, options.signal);
  }

  /** Called by Nest. With `start: eager` the pool starts here. */
  onApplicationBootstrap(): Promise<void> {
    return this.home.startWithApplication();
  }

  /** Called by Nest, after its servers were closed. From here on nothing opens a connection again. */
  onApplicationShutdown(_signal?: string): Promise<void> {
    return this.home.shutDown();
  }

  protected override publish(
    packet: ReadPacket,
    callback: (packet: WritePacket) => void,
  ): () => void {
    try {
      const sink = new CallbackSink(callback, (error) => this.logger.error(error));
      const call = this.calls.place(toCallRequest(packet), sink, 'observed');
      return () => call.cancel();
    } catch (err) {
      callback({ err });
      return () => {};
    }
  }

  protected override dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    return new Promise((resolve, reject) => {
      const sink = { complete: () => resolve(undefined as T), error: reject };
      this.calls.emit(this.eventRequest(packet), sink);
    });
  }

  /** A subscriber of `send()` came. */
  private ask(pattern: unknown, data: unknown, subscriber: Subscriber<unknown>): TeardownLogic {
    if (this.connect !== PLAIN.connect) {
      super.send(pattern, data).subscribe(subscriber);
      return undefined;
    }
    if (this.isPlain())
      return this.calls.place(toCallRequest({ pattern, data }), subscriber, 'observed');
    return this.publish(this.createPacket(pattern, data), this.createObserver(subscriber));
  }

  /** Nothing that Nest or a derived class wants to do stands between a subscriber and its reply. */
  private isPlain(): boolean {
    return (
      this.onDispatchHook === undefined &&
      this.publish === PLAIN.publish &&
      this.createPacket === PLAIN.createPacket &&
      this.createObserver === PLAIN.createObserver &&
      this.serializeError === PLAIN.serializeError &&
      this.serializeResponse === PLAIN.serializeResponse
    );
  }

  private emitsAtOnce(): boolean {
    if (this.connect !== PLAIN.connect || this.dispatchEvent !== PLAIN.dispatchEvent) return false;
    return !this.home.connectsOnDemand || this.home.isReady;
  }

  /** Begins a call of `request()` or `stream()`; whatever goes wrong reaches the reply. */
  private launch(reply: LaunchedReply, place: () => Call): void {
    const begin = (): void => {
      if (reply.isSettled) return;
      try {
        reply.attach(place());
      } catch (error) {
        reply.error(error);
      }
    };
    if (this.connect === PLAIN.connect) begin();
    else
      void Promise.resolve()
        .then(() => this.connect())
        .then(begin, (error) => reply.error(error));
  }

  private requestOf(pattern: unknown, data: unknown, options: CallOptions): ClientRequest {
    return toCallRequest(this.createPacket(pattern, data), options);
  }

  /** Events name their pattern by its route, as those of Nest's TCP client do. */
  private eventRequest(packet: ReadPacket): ClientRequest {
    return toCallRequest({
      pattern: this.normalizePattern(packet.pattern as MsPattern),
      data: packet.data as unknown,
      metadata: packet.metadata,
    });
  }
}

/** What becomes of a call of `request()` or `stream()`. */
interface LaunchedReply {
  readonly isSettled: boolean;
  attach(call: Call): void;
  error(error: unknown): void;
}

/** The methods as they were when this file was loaded, before anybody overrode or wrapped them. */
const PLAIN = Object.freeze(
  pick(SocketPoolClient.prototype, [
    ...(['connect', 'publish', 'dispatchEvent', 'createPacket'] as const),
    ...(['createObserver', 'serializeError', 'serializeResponse'] as const),
  ]),
);

function pick<const Name extends string>(
  source: object,
  names: readonly Name[],
): Record<Name, unknown> {
  const methods = source as Record<Name, unknown>;
  return Object.fromEntries(names.map((name) => [name, methods[name]])) as Record<Name, unknown>;
}
