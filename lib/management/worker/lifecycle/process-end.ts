/**
 * Ends the whole process from the management thread, with an exit code of its own, while the service's
 * thread is stuck. What Node offers for that does not work there: in a worker `process.exit` and
 * `process.reallyExit` end the thread alone, `process.abort` is refused, a signal has no exit code, and
 * the inspector reaches the service's thread only while it runs JavaScript.
 *
 * What does work is the `proc_exit` of WASI: it calls `exit()` of the C library, which ends the process
 * from whichever thread. Tried with Node 20, 22 and 24, while the service's thread was in an endless
 * loop, a regular expression, an endless microtask loop, `Atomics.wait` and `execSync`.
 */
import { isMainThread } from 'node:worker_threads';

/** `(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) (memory (export "memory") 1)` */
const HEAD = [
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x02, 0x60, 0x01, 0x7f, 0x00, 0x60, 0x00, 0x00],
  ...[0x02, 0x24, 0x01, 0x16, ...Buffer.from('wasi_snapshot_preview1')],
  ...[0x09, ...Buffer.from('proc_exit'), 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x01, 0x05, 0x03, 0x01, 0x00, 0x01],
  ...[0x07, 0x13, 0x02, 0x06, ...Buffer.from('memory'), 0x02, 0x00],
  ...[0x06, ...Buffer.from('_start'), 0x00, 0x01],
];

/** `(func (export "_start") (call 0 (i32.const <code>))))`; the constant takes two bytes (LEB128). */
function moduleOf(exitCode: number): Uint8Array<ArrayBuffer> {
  const constant = [(exitCode & 0x7f) | 0x80, exitCode >> 7];
  return Uint8Array.from([
    ...HEAD,
    0x0a,
    0x09,
    0x01,
    0x07,
    0x00,
    0x41,
    ...constant,
    0x10,
    0x00,
    0x0b,
  ]);
}

/** The part of the global that is needed; Node's types leave it to those of browsers. */
interface WebAssemblyGlobal {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => object;
}

/**
 * Does not come back. Where WASI is not allowed (`--permission` without `--allow-wasi`) the process is
 * killed, which shows as signal 9.
 *
 * @param exitCode 0 to 255
 */
export async function endProcess(exitCode: number): Promise<void> {
  if (isMainThread) process.exit(exitCode);
  try {
    const { WASI } = await import('node:wasi');
    const wasi = new WASI({ version: 'preview1', returnOnExit: false });
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal })
      .WebAssembly;
    wasi.start(new Instance(new Module(moduleOf(exitCode)), wasi.getImportObject()));
  } catch {
    // Then without a code of its own.
  }
  process.kill(process.pid, 'SIGKILL');
}
