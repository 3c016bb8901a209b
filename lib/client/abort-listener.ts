import type { Disposer } from '../common/emitter.js';

const NOTHING: Disposer = () => {};

/** Calls back once when the signal is aborted, until it is disposed. The signal must not be aborted yet. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): Disposer {
  if (signal === undefined) return NOTHING;
  signal.addEventListener('abort', callback, { once: true });
  return () => signal.removeEventListener('abort', callback);
}
