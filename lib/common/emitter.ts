import { inspect } from 'node:util';

/** Ends what it was returned for. Calling it twice does nothing. */
export type Disposer = () => void;

/** Told when a listener throws; the other listeners are called all the same. */
export type ListenerErrorHandler = (error: unknown, event: string) => void;

type Listener<Payload> = (payload: Payload) => void;

const warnOfListenerError: ListenerErrorHandler = (error, event) => {
  const reason = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  process.emitWarning(`a listener of "${event}" threw: ${reason}`, 'SocketPoolWarning');
};

/**
 * Typed events. `Events` maps each event's name to its payload. A listener that throws stops neither
 * the others nor the emitter.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #onListenerError: ListenerErrorHandler;

  constructor(onListenerError: ListenerErrorHandler = warnOfListenerError) {
    this.#onListenerError = onListenerError;
  }

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): Disposer {
    // Each subscription gets an identity of its own, so that the same function may subscribe twice.
    const entry: Listener<Events[Name]> = (payload) => listener(payload);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    for (const listener of [...listeners]) {
      // An earlier listener may have ended this one.
      if (!listeners.has(listener)) continue;
      try {
        (listener as Listener<Events[Name]>)(payload);
      } catch (error) {
        this.#onListenerError(error, String(name));
      }
    }
  }

  hasListeners(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  removeAll(): void {
    for (const listeners of this.#listeners.values()) listeners.clear();
  }
}
