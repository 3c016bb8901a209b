import { describe, expect, it } from 'vitest';
import {
  describeThread,
  isInEventWait,
  readThreadState,
} from '../../../../../lib/management/worker/kernel/thread-state.js';
import { KernelSamples } from '../../../../support/kernel-samples.js';

const STAT = '7 (node) S 1 1 1 0 -1 4194304 3 0 0 0 21 4 0 0 20 0 12 0 313051 1062662144 12345';
const STATUS = 'Name:\tnode\nvoluntary_ctxt_switches:\t31\nnonvoluntary_ctxt_switches:\t92\n';

function threadOf(files: Record<string, string>) {
  const paths = Object.entries(files).map(([name, text]) => [
    name.startsWith('/') ? name : `/proc/self/task/7/${name}`,
    text,
  ]);
  const samples = new KernelSamples(Object.fromEntries(paths) as Record<string, string>);
  return readThreadState(samples, { threadId: 7, architecture: 'x64' });
}

const reading = {
  stat: STAT,
  status: STATUS,
  syscall: '0 0x15 0x7ffc2d8 0x2000 0x0 0x0 0x0 0x1 0x2',
  wchan: 'anon_pipe_read',
};

describe('the state of a thread', () => {
  it('tells what it does in the kernel', () => {
    const thread = threadOf({ ...reading, '/proc/self/fd/21': 'pipe:[4711]' });
    expect(thread).toEqual({
      state: 'sleeping',
      systemCall: 'read',
      waitsIn: 'anon_pipe_read',
      descriptor: { number: 21, target: 'pipe' },
      voluntarySwitches: 31,
      involuntarySwitches: 92,
    });
    expect(describeThread(thread!)).toBe(
      'sleeping in read of descriptor 21 (pipe), at anon_pipe_read',
    );
  });

  it('names a file, but no more of it than fits', () => {
    const path = `/data/${'x'.repeat(500)}`;
    const thread = threadOf({ ...reading, '/proc/self/fd/21': path });
    expect(thread?.descriptor?.target).toBe(path.slice(0, 200));
  });

  it('says as much as the kernel lets it', () => {
    expect(threadOf({ stat: STAT })).toMatchObject({ state: 'sleeping', systemCall: undefined });
    expect(threadOf({ stat: STAT, wchan: '0' })?.waitsIn).toBeUndefined();
    expect(threadOf({ stat: STAT, syscall: '999 0x1' })?.systemCall).toBe('system call 999');
    expect(threadOf(reading)?.descriptor).toBeUndefined();
    expect(threadOf({ stat: STAT, status: 'voluntary_ctxt_switches:\tx' })).toMatchObject({
      voluntarySwitches: undefined,
    });
  });

  it('is unknown without /proc, and for a thread that is none', () => {
    expect(threadOf({})).toBeUndefined();
    expect(threadOf({ stat: 'nonsense' })).toBeUndefined();
  });

  it.each([
    [{ syscall: '281 0xe 0x7ffc' }, true],
    [{ syscall: '232 0xe 0x7ffc' }, true],
    [{ wchan: 'ep_poll' }, true],
    [{ wchan: 'do_epoll_wait' }, true],
    [{ syscall: '202 0xe', wchan: 'futex_do_wait' }, false],
    [{ syscall: 'running', wchan: '0' }, false],
  ])('knows a wait for events: %j', (files, isWait) => {
    expect(isInEventWait(threadOf({ stat: STAT, ...files })!)).toBe(isWait);
  });
});
