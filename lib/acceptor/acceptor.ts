/**
 * The server end. It serves peers it did not choose, on a machine that has an end: so it lets in no more
 * than there are descriptors for, finds out what each peer speaks, and bounds how long each may take, how
 * much it may have in work, and how much memory all of them together hold. Whoever breaks a rule is
 * closed, alone. When it stops it first tells everybody, then lets running work finish.
 *
 *   idle ──listen──▶ listening ──drain──▶ draining ──all closed──▶ closed
 *
 * What is let in is decided in `admission.ts`; the life of one link is in `admitted-link.ts`, the end of
 * all of them in `drain.ts`.
 */
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { Emitter } from '../common/emitter.js';
import type { Link, Listener, ListenerHandler } from '../link/link.js';
import { LoopLag } from '../metrics/loop-lag.js';
import type { AcceptorSnapshot, AcceptorState } from '../metrics/snapshot.js';
import { GoAwayReason } from '../protocol/frame.js';
import { publishAcceptorEvent } from './acceptor-channels.js';
import type { AcceptorEvents, CloseReason } from './acceptor-events.js';
import type { AcceptorOptions } from './acceptor-options.js';
import type { AcceptorParts } from './acceptor-parts.js';
import { acceptorSnapshot } from './acceptor-snapshot.js';
import { AcceptorStatistics } from './acceptor-statistics.js';
import { admit, limitConnections, listenWarnings } from './admission.js';
import type { AdmittedLinkOwner } from './admitted-link.js';
import { AdmittedLink } from './admitted-link.js';
import { ByteBudget, overBudgetError } from './byte-budget.js';
import { CallAdmission } from './call-admission.js';
import { closedEvent, openedEvent } from './connection-news.js';
import { ConnectionMaker } from './connection-maker.js';
import { Drain } from './drain.js';
import type { EventRefusal } from './event-refusals.js';
import { Intake } from './intake.js';
import type { KernelLimits } from './kernel-limits.js';
import { readKernelLimits } from './kernel-limits.js';
import { ListenerGroup } from './listener-group.js';
import type { Refused } from './refusals.js';
import { Refusals } from './refusals.js';

export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #clock: Clock;
  readonly #readLimits: () => KernelLimits;
  readonly #listeners: ListenerGroup;
  readonly #maker: ConnectionMaker;
  readonly #admission: CallAdmission;
  readonly #intake: Intake;
  readonly #loopLag: LoopLag;
  readonly #budget: ByteBudget<AdmittedLink>;
  readonly #owner: AdmittedLinkOwner;
  readonly #events = new Emitter<AcceptorEvents>();
  readonly #statistics = new AcceptorStatistics();
  readonly #admitted = new Set<AdmittedLink>();
  readonly #refusals: Refusals;
  #state: AcceptorState = 'idle';
  #maxConnections: number;
  #stoppedStreams = 0;
  #offlineMessage: string | undefined;
  #drain: Drain | undefined;

  constructor(parts: AcceptorParts) {
    const { listeners, options, handler, clock } = parts;
    this.#options = options;
    this.#clock = clock;
    this.#readLimits = parts.readLimits ?? readKernelLimits;
    this.#maxConnections = options.maxConnections;
    this.#listeners = new ListenerGroup(listeners);
    const loopLag = (this.#loopLag = new LoopLag(clock));
    const onEventsRefused = (refusal: EventRefusal): void => this.#emit('eventsRefused', refusal);
    const admission = new CallAdmission({ options, clock, onEventsRefused });
    this.#admission = admission;
    const queueAgeMs = (): number => admission.queueAgeMs;
    const own = { loopLag, queueAgeMs, statistics: this.#statistics };
    this.#maker = new ConnectionMaker({ ...parts, ...own });
    this.#refusals = new Refusals({
      clock,
      connect: (link, handler) => this.#maker.make(link, 'binary', handler),
    });
    const onWorkEnded = (): void => this.#drain?.check();
    this.#intake = new Intake({ handler, clock, admission, onWorkEnded });
    this.#budget = new ByteBudget(options.maxBufferedBytes, (largest, totalBytes) =>
      this.#evict(largest, totalBytes),
    );
    this.#owner = this.#makeOwner();
  }

  get state(): AcceptorState {
    return this.#state;
  }

  /** The listeners, in the order in which they were given. */
  get listeners(): readonly Listener[] {
    return this.#listeners.listeners;
  }

  on<Name extends keyof AcceptorEvents>(
    name: Name,
    listener: (payload: AcceptorEvents[Name]) => void,
  ): Disposer {
    return this.#events.on(name, listener);
  }

  /**
   * Begins to accept, at all addresses or at none.
   *
   * @returns the addresses, with the ports that were chosen
   * @throws the system's error when an address cannot be bound
   */
  async listen(): Promise<readonly string[]> {
    if (this.#state !== 'idle') throw new Error(`the acceptor is ${this.#state} already`);
    this.#state = 'listening';
    try {
      await this.#listeners.listen((listener) => this.#listenerHandler(listener));
    } catch (error) {
      if (this.state === 'listening') this.#state = 'idle';
      throw error;
    }
    if (this.state !== 'listening') throw new Error('the acceptor was closed before it listened');
    this.#loopLag.start();
    this.#applyLimits();
    const { addresses } = this.#listeners;
    this.#emit('listening', { addresses });
    return addresses;
  }

  /**
   * Stops to accept, tells all peers, refuses what they still send as safe to send elsewhere, lets running
   * requests, streams and events finish, and closes. May be called again: there is one drain.
   *
   * @param timeoutMs after which what still runs is stopped; default `drainTimeoutMs`
   * @returns when all connections are closed, at the latest two seconds after `timeoutMs`
   */
  async drain(timeoutMs = this.#options.drainTimeoutMs): Promise<void> {
    this.#drain ??= this.#beginDrain(timeoutMs);
    await this.#drain.finished;
  }

  get isOffline(): boolean {
    return this.#offlineMessage !== undefined;
  }

  /** Sends all peers away and refuses those that come, until `goOnline()`; what runs goes on. */
  goOffline(message: string): void {
    if (this.#state !== 'listening' || this.isOffline) return;
    this.#offlineMessage = message;
    for (const admitted of this.#admitted) admitted.drain(GoAwayReason.Offline, message);
  }

  goOnline(): void {
    this.#offlineMessage = undefined;
  }

  /** Drains, if that has not been done, and lets go of everything. */
  async close(): Promise<void> {
    await this.drain();
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#intake.close();
    this.#loopLag.stop();
    this.#emit('closed', { stoppedStreams: this.#stoppedStreams });
  }

  /**
   * New keys and certificates for the TLS handshakes to come; connections that exist keep theirs.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` when they cannot be used; the old ones stay
   */
  setSecureContext(context: SecureContextOptions): void {
    this.#listeners.setSecureContext(context);
  }

  snapshot(): AcceptorSnapshot {
    return acceptorSnapshot({
      listeners: this.#listeners,
      options: this.#options,
      state: this.#state,
      isOffline: this.isOffline,
      loopLag: this.#loopLag,
      maxConnections: this.#maxConnections,
      admitted: this.#admitted,
      statistics: this.#statistics,
      admission: this.#admission.snapshot(),
      clock: this.#clock,
    });
  }

  #applyLimits(): void {
    const limits = this.#readLimits();
    const { configured } = this.#listeners;
    const { maxConnections, descriptorReserve: reserve, backlog, maxTlsHandshakes } = this.#options;
    const maxHandshakes = this.#listeners.hasTls ? maxTlsHandshakes : 0;
    const limit = limitConnections({ maxConnections, maxHandshakes, reserve }, limits);
    this.#maxConnections = limit.maxConnections;
    this.#listeners.limitPeers(limit.maxConnections + limit.maxHandshakes);
    if (limit.warning !== undefined) this.#emit('warning', limit.warning);
    for (const warning of listenWarnings(configured, backlog, limits))
      this.#emit('warning', warning);
  }

  #listenerHandler(listener: Listener): ListenerHandler {
    return {
      onLink: (link) => this.#onLink(link),
      onFailedLink: (error, remote) => this.#emit('linkFailed', { remote, error }),
      onError: (error) =>
        this.#emit('warning', {
          code: 'LISTENER_FAILED',
          message: `${listener.address} does not listen any more: ${error.message}`,
        }),
    };
  }

  #onLink(link: Link): void {
    const admission = admit({
      isListening: this.#state === 'listening',
      isOffline: this.isOffline,
      connections: this.#admitted.size,
      maxConnections: this.#maxConnections,
      refusing: this.#refusals.size,
      descriptorReserve: this.#options.descriptorReserve,
    });
    if (admission.verdict !== 'admit') return this.#refuse(link, admission);
    const admitted = new AdmittedLink(link, { ...this.#options, clock: this.#clock }, this.#owner);
    this.#statistics.accepted++;
    this.#admitted.add(admitted);
    admitted.arrive();
  }

  #refuse(link: Link, refused: Refused): void {
    const { cause } = refused;
    this.#statistics.refused(cause);
    const message =
      this.#offlineMessage ?? `${this.#admitted.size} of ${this.#maxConnections} connections`;
    this.#emit('linkRefused', { remote: link.remote, cause, message });
    this.#refusals.refuse(link, refused, message);
  }

  #makeOwner(): AdmittedLinkOwner {
    return {
      connect: (link, dialect, handler) => this.#maker.make(link, dialect, handler),
      onReady: (admitted) => this.#emit('connectionOpened', openedEvent(admitted)),
      onRequest: (stream) => this.#intake.request(stream),
      onEvent: (frame, connection) => this.#intake.event(frame, connection),
      onFault: (remote, error) => this.#emit('messageFaulty', { remote, error }),
      onStreamEnd: (stream) => this.#intake.requestEnded(stream),
      onTraffic: (admitted, heldBytes) => this.#budget.count(admitted, heldBytes),
      onClosed: (admitted, reason, error) => this.#onClosed(admitted, reason, error),
    };
  }

  #onClosed(admitted: AdmittedLink, reason: CloseReason, error: Error | undefined): void {
    this.#admitted.delete(admitted);
    this.#budget.count(admitted, 0);
    this.#statistics.closed(reason, admitted.traffic);
    this.#emit('connectionClosed', closedEvent(admitted, { reason, error }, this.#clock.now()));
    this.#drain?.check();
  }

  #evict(largest: AdmittedLink, totalBytes: number): void {
    const error = overBudgetError(largest.remote, totalBytes, this.#options.maxBufferedBytes);
    largest.destroy('other', GoAwayReason.Timeout, error);
  }

  #beginDrain(timeoutMs: number): Drain {
    this.#state = 'draining';
    this.#emit('draining', { connections: this.#admitted.size, timeoutMs });
    const isEmpty = (): boolean => this.#admitted.size === 0 && this.#refusals.size === 0;
    const drain = new Drain({
      clock: this.#clock,
      timeoutMs,
      isEmpty,
      isQuiet: () => isEmpty() && this.#intake.eventsInWork === 0,
      stop: () => this.#stopWork(),
      destroy: () => {
        for (const admitted of this.#admitted) admitted.destroy('shutdown', GoAwayReason.Shutdown);
      },
    });
    void this.#listeners.close();
    this.#refusals.destroy();
    for (const admitted of this.#admitted)
      admitted.drain(GoAwayReason.Shutdown, 'the server is shutting down');
    drain.start();
    return drain;
  }

  #stopWork(): void {
    this.#intake.stopEvents();
    for (const { connection } of this.#admitted) {
      this.#stoppedStreams += connection?.pending ?? 0;
      connection?.stopAll('shutdown');
    }
  }

  #emit<Name extends keyof AcceptorEvents>(name: Name, payload: AcceptorEvents[Name]): void {
    this.#events.emit(name, payload);
    publishAcceptorEvent(name, payload);
  }
}
