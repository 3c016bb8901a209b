/**
 * What the kernel knows of the service's main thread. It is all there is to know where no JavaScript
 * can be paused: inside a synchronous read, a child process waited for, a native module.
 */
import type { KernelFiles } from './kernel-files.js';
import type { SystemCall } from './system-call.js';
import { parseSystemCall } from './system-call.js';
import { parseThreadStat, stateInWords } from './thread-stat.js';

export interface ThreadState {
  /** `running`, `sleeping`, …: the state letter in words. */
  readonly state: string;
  /** `read`, `epoll_pwait`, `system call 999`; `undefined` in none, or when the kernel does not say. */
  readonly systemCall: string | undefined;
  /** Where in the kernel it sleeps, such as `do_epoll_wait`; `undefined` when not sleeping or not told. */
  readonly waitsIn: string | undefined;
  /** What the system call works on: `socket`, `pipe`, the path of a file. */
  readonly descriptor: DescriptorState | undefined;
  /** How often it gave up the processor by itself, and how often it was taken from it. */
  readonly voluntarySwitches: number | undefined;
  readonly involuntarySwitches: number | undefined;
}

export interface DescriptorState {
  readonly number: number;
  readonly target: string;
}

/** Which thread, on which processor architecture (`process.arch`). */
export interface ThreadAddress {
  /** The main thread of a process has the id of the process. */
  readonly threadId: number;
  readonly architecture: string;
}

const MAX_TARGET_LENGTH = 200;

/** Never throws; `undefined` where there is no such file system. */
export function readThreadState(
  files: KernelFiles,
  thread: ThreadAddress,
): ThreadState | undefined {
  const folder = `/proc/self/task/${thread.threadId}`;
  const stat = parseThreadStat(files.text(`${folder}/stat`) ?? '');
  if (stat === undefined) return undefined;
  const call = parseSystemCall(files.text(`${folder}/syscall`) ?? '', thread.architecture);
  const status = files.text(`${folder}/status`) ?? '';
  return {
    state: stateInWords(stat.state),
    systemCall: call && (call.name ?? `system call ${call.number}`),
    waitsIn: parseWaitChannel(files.text(`${folder}/wchan`) ?? ''),
    descriptor: readDescriptor(files, call),
    voluntarySwitches: parseSwitches(status, 'voluntary'),
    involuntarySwitches: parseSwitches(status, 'nonvoluntary'),
  };
}

/** Whether it waits for events, as the idle loop does, and as a nested loop does that waits for a child process. */
export function isInEventWait(thread: ThreadState): boolean {
  if (thread.systemCall !== undefined) return thread.systemCall.startsWith('epoll_');
  return /^(do_)?(ep_poll|epoll_wait)/.test(thread.waitsIn ?? '');
}

/** One line for people: `sleeping in read of descriptor 21 (pipe), at pipe_read`. */
export function describeThread(thread: ThreadState): string {
  const { state, systemCall, descriptor, waitsIn } = thread;
  const call = systemCall === undefined ? '' : ` in ${systemCall}`;
  const on =
    descriptor === undefined ? '' : ` of descriptor ${descriptor.number} (${descriptor.target})`;
  const at = waitsIn === undefined ? '' : `, at ${waitsIn}`;
  return `${state}${call}${on}${at}`;
}

/** `0` stands for nowhere, and for what the kernel keeps to itself. */
function parseWaitChannel(text: string): string | undefined {
  const match = /^[A-Za-z_][\w.]{0,99}$/.exec(text.trim());
  return match?.[0];
}

function parseSwitches(status: string, kind: 'voluntary' | 'nonvoluntary'): number | undefined {
  const match = new RegExp(`^${kind}_ctxt_switches:\\s*(\\d+)$`, 'm').exec(status);
  return match === null ? undefined : Number(match[1]);
}

function readDescriptor(
  files: KernelFiles,
  call: SystemCall | undefined,
): DescriptorState | undefined {
  if (call?.descriptor === undefined) return undefined;
  const target = files.link(`/proc/self/fd/${call.descriptor}`);
  return target === undefined ? undefined : { number: call.descriptor, target: targetOf(target) };
}

/** `socket:[124916]` and `anon_inode:[eventpoll]` are cut to the kind. */
function targetOf(link: string): string {
  const kind = /^(\w+):\[/.exec(link);
  return kind?.[1] ?? link.slice(0, MAX_TARGET_LENGTH);
}
