import { describeThread, type ThreadState } from '../kernel/thread-state.js';
import { describeStack, formatFrames, type CapturedStack } from './captured-stack.js';

/** A time in which the service's loop was stuck. Plain data. */
export interface Incident {
  /** From 1, in order. */
  readonly id: number;
  /** The last beat before it, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** To the first beat after it; as long as it lasts, so far. */
  readonly durationMs: number;
  readonly isOver: boolean;
  /** In one line: from the stack, or from the state of the thread where there is no stack. */
  readonly where: string;
  /** As the threshold was passed; `undefined` where there is no `/proc`. */
  readonly thread: ThreadState | undefined;
  /** `undefined` until it is there, and when the loop went on before it could be taken. */
  readonly stack: CapturedStack | undefined;
}

export function placeOf({ stack, thread }: Pick<Incident, 'stack' | 'thread'>): string {
  if (stack !== undefined) return describeStack(stack);
  return thread === undefined ? 'an unknown place' : `a thread that was ${describeThread(thread)}`;
}

/** What is logged when it is clear where the loop is stuck. */
export function describeIncident({ id, durationMs, where, stack }: Incident): string {
  const line = `incident ${id}: the service's event loop has been stuck for ${Math.round(durationMs)} ms, in ${where}`;
  const frames = stack === undefined ? '' : formatFrames(stack);
  return frames === '' ? line : `${line}\n${frames}`;
}

/** What is logged when it goes on. */
export function describeIncidentEnd({ id, durationMs, where }: Incident): string {
  return `incident ${id}: the service's event loop goes on after ${Math.round(durationMs)} ms in ${where}`;
}
