/**
 * What `/proc/<pid>/task/<tid>/syscall` says. The numbers are those of the kernel's headers
 * (`asm/unistd_64.h`, `asm-generic/unistd.h`) and never change; only calls in which a service's main
 * thread may be found are named.
 */
export interface SystemCall {
  readonly number: number;
  /** `read`; `undefined` for a call, or on an architecture, that is not in the table. */
  readonly name: string | undefined;
  /** The descriptor that it works on, where its first argument is one. */
  readonly descriptor: number | undefined;
}

/** Numbers above 423 are the same everywhere. */
const EVERYWHERE = '426 io_uring_enter 435 clone3 437 openat2 441 epoll_pwait2 449 futex_waitv';

const X64 = `
  0 read 1 write 2 open 3 close 4 stat 5 fstat 6 lstat 7 poll 8 lseek 9 mmap 10 mprotect 11 munmap
  12 brk 16 ioctl 17 pread64 18 pwrite64 19 readv 20 writev 21 access 23 select 24 sched_yield
  25 mremap 28 madvise 34 pause 35 nanosleep 40 sendfile 42 connect 43 accept 44 sendto 45 recvfrom
  46 sendmsg 47 recvmsg 56 clone 57 fork 58 vfork 59 execve 61 wait4 72 fcntl 73 flock 74 fsync
  75 fdatasync 76 truncate 77 ftruncate 78 getdents 82 rename 83 mkdir 87 unlink 89 readlink 90 chmod
  130 rt_sigsuspend 202 futex 217 getdents64 219 restart_syscall 230 clock_nanosleep 232 epoll_wait
  247 waitid 257 openat 258 mkdirat 262 newfstatat 263 unlinkat 264 renameat 267 readlinkat
  269 faccessat 270 pselect6 271 ppoll 275 splice 281 epoll_pwait 285 fallocate 288 accept4
  295 preadv 296 pwritev 316 renameat2 318 getrandom 326 copy_file_range 332 statx ${EVERYWHERE}`;

const ARM64 = `
  22 epoll_pwait 25 fcntl 29 ioctl 32 flock 34 mkdirat 35 unlinkat 38 renameat 45 truncate
  46 ftruncate 47 fallocate 48 faccessat 56 openat 57 close 61 getdents64 62 lseek 63 read 64 write
  65 readv 66 writev 67 pread64 68 pwrite64 69 preadv 70 pwritev 71 sendfile 72 pselect6 73 ppoll
  76 splice 78 readlinkat 79 newfstatat 80 fstat 82 fsync 83 fdatasync 95 waitid 98 futex
  101 nanosleep 115 clock_nanosleep 124 sched_yield 128 restart_syscall 133 rt_sigsuspend 202 accept
  203 connect 206 sendto 207 recvfrom 211 sendmsg 212 recvmsg 214 brk 215 munmap 216 mremap 220 clone
  221 execve 222 mmap 226 mprotect 233 madvise 242 accept4 260 wait4 276 renameat2 278 getrandom
  285 copy_file_range 291 statx ${EVERYWHERE}`;

const NAMES: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  x64: namesOf(X64),
  arm64: namesOf(ARM64),
};

/** Calls whose first argument is a descriptor that tells what is waited for. */
const ON_DESCRIPTOR = new Set(
  `read write pread64 pwrite64 readv writev preadv pwritev getdents getdents64 lseek ioctl fcntl flock
  fsync fdatasync ftruncate fallocate connect accept accept4 sendto recvfrom sendmsg recvmsg`.split(
    /\s+/,
  ),
);

/**
 * Parses `0 0x15 0x7ffc… 0x2000 …`. `undefined` when the thread is in no system call: `running` on a
 * processor, or stopped with the number -1.
 */
export function parseSystemCall(text: string, architecture: string): SystemCall | undefined {
  const match = /^(\d{1,6})\b(?: 0x([0-9a-f]{1,16}))?/.exec(text);
  if (match === null) return undefined;
  const number = Number(match[1]);
  const name = NAMES[architecture]?.get(number);
  return { number, name, descriptor: descriptorOf(name, match[2]) };
}

function descriptorOf(name: string | undefined, argument: string | undefined): number | undefined {
  if (name === undefined || argument === undefined || !ON_DESCRIPTOR.has(name)) return undefined;
  const descriptor = Number.parseInt(argument, 16);
  return descriptor <= 0x7fff_ffff ? descriptor : undefined;
}

function namesOf(table: string): ReadonlyMap<number, string> {
  const pairs = table.matchAll(/(\d+) (\w+)/g);
  return new Map(Array.from(pairs, ([, number, name]) => [Number(number), name]));
}
