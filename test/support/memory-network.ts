import type { Clock } from '../../lib/common/clock.js';
import { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import type { Dialer, Link, Listener, ListenerHandler } from '../../lib/link/link.js';
import { MemoryLinkPair } from './memory-link-pair.js';

/** How a memory listener answers to dials. */
export type DialAnswer = 'accept' | 'refuse' | 'silence';

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

/** Listeners and dialers that meet by address, such as `tcp://orders-1:4000`, without sockets. */
export class MemoryNetwork {
  /** Every connection that was established, in order; also those that have closed. */
  readonly pairs: MemoryLinkPair[] = [];
  /** Addresses that do not accept, whether somebody listens or not. */
  readonly answers = new Map<string, DialAnswer>();
  /** Called with every new connection before either end is handed out, to set its knobs. */
  onPair: (pair: MemoryLinkPair, address: string) => void = () => undefined;
  dials = 0;
  readonly #clock: Clock;
  readonly #listeners = new Map<string, MemoryListener>();
  #port = 50_000;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listener(address: string): MemoryListener {
    return new MemoryListener(address, this.#listeners);
  }

  dialer(address: string): Dialer {
    return { address, dial: (signal) => this.#dial(address, signal) };
  }

  /** The connections that neither end has closed. */
  get openPairs(): MemoryLinkPair[] {
    return this.pairs.filter((pair) => !pair.client.isClosed || !pair.server.isClosed);
  }

  /** A dial takes one turn, as long as nobody makes it wait. */
  #dial(address: string, signal: AbortSignal): Promise<Link> {
    this.dials++;
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        const reason = cause instanceof Error ? cause.message : String(cause);
        reject(
          new SocketPoolError('CONNECT_FAILED', `cannot connect to ${address}: ${reason}`, {
            cause,
          }),
        );
      };
      const onAbort = (): void => fail(signal.reason);
      const timer = this.#clock.afterTurn(() => {
        const answer = this.#answerOf(address);
        if (answer === 'silence') return;
        if (answer === 'refuse') {
          fail(systemError('ECONNREFUSED', 'connect'));
          return;
        }
        signal.removeEventListener('abort', onAbort);
        resolve(this.#connect(address));
      });
      if (signal.aborted) fail(signal.reason);
      else signal.addEventListener('abort', onAbort);
    });
  }

  #answerOf(address: string): DialAnswer {
    const answer = this.answers.get(address) ?? 'accept';
    return answer === 'accept' && !this.#listeners.has(address) ? 'refuse' : answer;
  }

  #connect(address: string): Link {
    const pair = new MemoryLinkPair({
      clock: this.#clock,
      clientName: `10.0.0.1:${this.#port++}`,
      serverName: address.replace(/^[a-z]+:(\/\/)?/, ''),
    });
    this.pairs.push(pair);
    this.onPair(pair, address);
    this.#listeners.get(address)?.accept(pair.server);
    return pair.client;
  }
}

export class MemoryListener implements Listener {
  readonly server: unknown = this;
  #handler: ListenerHandler | undefined;

  constructor(
    readonly address: string,
    private readonly listeners: Map<string, MemoryListener>,
  ) {}

  get isListening(): boolean {
    return this.#handler !== undefined;
  }

  listen(handler: ListenerHandler): Promise<void> {
    if (this.listeners.has(this.address))
      return Promise.reject(systemError('EADDRINUSE', 'listen'));
    this.listeners.set(this.address, this);
    this.#handler = handler;
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.isListening) this.listeners.delete(this.address);
    this.#handler = undefined;
    return Promise.resolve();
  }

  /** The listener breaks down by itself. */
  fail(error: Error): void {
    const handler = this.#handler;
    void this.close();
    handler?.onError(error);
  }

  accept(link: Link): void {
    this.#handler?.onLink(link);
  }
}
