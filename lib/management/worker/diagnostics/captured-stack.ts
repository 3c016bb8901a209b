import { describeThread, isInEventWait, type ThreadState } from '../kernel/thread-state.js';
import { describeFrame, type CallFrame } from './call-frame.js';

/** What the service's thread was doing at one moment. */
export type CapturedStack = JavaScriptStack | IdleThread | NativeStack | UnavailableStack;

interface Capture {
  /** Milliseconds since the Unix epoch. */
  readonly takenAt: number;
  readonly tookMs: number;
  /** The kernel's word on it, from before the pause; `undefined` where there is no `/proc`. */
  readonly thread: ThreadState | undefined;
}

/** It runs, or waits in, JavaScript. */
export interface JavaScriptStack extends Capture {
  readonly kind: 'javascript';
  /** The innermost first. */
  readonly frames: readonly CallFrame[];
  /** Frames further out than those. */
  readonly omittedFrames: number;
  /** Somebody's debugger holds it there, so that it goes on only when they let it. */
  readonly isHeldByDebugger: boolean;
}

/** Its loop turns and waits for events: there is nothing to show. */
export interface IdleThread extends Capture {
  readonly kind: 'idle';
}

/** No JavaScript could be paused within the limit: it is inside a synchronous native call. */
export interface NativeStack extends Capture {
  readonly kind: 'native';
}

/** Stacks cannot be taken in this process. */
export interface UnavailableStack extends Capture {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** Where it was, in one line. */
export function describeStack(stack: CapturedStack): string {
  switch (stack.kind) {
    case 'javascript':
      return describeJavaScript(stack);
    case 'idle':
      return 'idle, waiting for events';
    case 'native':
      return describeNative(stack);
    case 'unavailable':
      return `${stack.reason}; ${threadText(stack.thread)}`;
  }
}

/** The frames as in an error's stack, a line each; empty where there are none. */
export function formatFrames(stack: CapturedStack): string {
  if (stack.kind !== 'javascript') return '';
  const lines = stack.frames.map((frame) => `    at ${describeFrame(frame)}`);
  if (stack.omittedFrames > 0) lines.push(`    … ${stack.omittedFrames} more`);
  return lines.join('\n');
}

/** Node's own functions are rarely what one looks for: the innermost frame of other code names the place. */
function describeJavaScript({ frames, isHeldByDebugger }: JavaScriptStack): string {
  const place = frames.find(({ url }) => !url.startsWith('node:')) ?? frames[0];
  const where = place === undefined ? 'JavaScript without a frame' : describeFrame(place);
  return isHeldByDebugger ? `${where}, held by a debugger` : where;
}

/** A loop within the loop is how Node waits for a child process. */
function describeNative({ thread }: NativeStack): string {
  const isNested = thread !== undefined && isInEventWait(thread);
  const what = isNested ? 'native code with a loop of its own, as of execSync' : 'native code';
  return `${what}, ${threadText(thread)}`;
}

function threadText(thread: ThreadState | undefined): string {
  return thread === undefined ? 'the state of the thread is not known' : describeThread(thread);
}
