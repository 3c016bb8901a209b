import { describe, expect, it } from 'vitest';
import {
  describeStack,
  formatFrames,
  type CapturedStack,
} from '../../../../../lib/management/worker/diagnostics/captured-stack.js';

const capture = { takenAt: 0, tookMs: 1, thread: undefined };
const frame = (functionName: string, url: string) => ({ functionName, url, line: 1, column: 2 });
const javascript = {
  ...capture,
  kind: 'javascript',
  frames: [frame('get', 'node:internal/util'), frame('spin', 'file:///a.js')],
  omittedFrames: 3,
  isHeldByDebugger: false,
} as const;
const thread = {
  state: 'sleeping',
  systemCall: 'epoll_pwait',
  waitsIn: undefined,
  descriptor: undefined,
  voluntarySwitches: undefined,
  involuntarySwitches: undefined,
};

describe('a captured stack in words', () => {
  it.each<[CapturedStack, string]>([
    [javascript, 'spin (file:///a.js:1:2)'],
    [{ ...javascript, isHeldByDebugger: true }, 'spin (file:///a.js:1:2), held by a debugger'],
    [{ ...javascript, frames: [javascript.frames[0]] }, 'get (node:internal/util:1:2)'],
    [{ ...javascript, frames: [] }, 'JavaScript without a frame'],
    [{ ...capture, kind: 'idle' }, 'idle, waiting for events'],
    [{ ...capture, kind: 'native' }, 'native code, the state of the thread is not known'],
    [
      { ...capture, kind: 'native', thread: { ...thread, systemCall: 'openat' } },
      'native code, sleeping in openat',
    ],
    [
      { ...capture, kind: 'native', thread },
      'native code with a loop of its own, as of execSync, sleeping in epoll_pwait',
    ],
    [
      { ...capture, kind: 'unavailable', reason: 'no inspector', thread },
      'no inspector; sleeping in epoll_pwait',
    ],
  ])('names the place', (stack, text) => {
    expect(describeStack(stack)).toBe(text);
  });

  it('lists its frames as an error does', () => {
    expect(formatFrames(javascript)).toBe(
      '    at get (node:internal/util:1:2)\n    at spin (file:///a.js:1:2)\n    … 3 more',
    );
    expect(formatFrames({ ...capture, kind: 'native' })).toBe('');
  });
});
