import { describe, expect, it } from 'vitest';
import { parseSystemCall } from '../../../../../lib/management/worker/kernel/system-call.js';

const READ_X64 = '0 0x15 0x7ffc2d8 0x2000 0x0 0x0 0x0 0x7ffc355f0010 0x7f3217036090\n';

describe('the system call of a thread', () => {
  it('has a name and the descriptor it works on', () => {
    expect(parseSystemCall(READ_X64, 'x64')).toEqual({ number: 0, name: 'read', descriptor: 21 });
  });

  it('is named by the table of its architecture', () => {
    const names = (architecture: string) =>
      ['63 0x3 0x0', '202 0x3 0x0', '281 0x3 0x0', '22 0x3', '257 0xffffff9c', '441 0x1'].map(
        (text) => parseSystemCall(text, architecture)?.name,
      );
    expect(names('x64')).toEqual([undefined, 'futex', 'epoll_pwait', undefined, 'openat', 'epoll_pwait2']); // prettier-ignore
    expect(names('arm64')).toEqual(['read', 'accept', undefined, 'epoll_pwait', undefined, 'epoll_pwait2']); // prettier-ignore
  });

  it('has no descriptor where the first argument is none, or not a possible one', () => {
    expect(parseSystemCall('202 0x15 0x0', 'x64')?.descriptor).toBeUndefined();
    expect(parseSystemCall('0 0xffffffffffffff9c 0x0', 'x64')?.descriptor).toBeUndefined();
    expect(parseSystemCall('0', 'x64')?.descriptor).toBeUndefined();
  });

  it('is a number where there is no table', () => {
    const call = { number: 0, name: undefined, descriptor: undefined };
    expect(parseSystemCall(READ_X64, 's390x')).toEqual(call);
  });

  it.each(['running\n', '-1 0x7ffc 0x7f32\n', '', 'EPERM', '99999999999 0x0', '\0'])(
    'is none in %j',
    (text) => {
      expect(parseSystemCall(text, 'x64')).toBeUndefined();
    },
  );
});
