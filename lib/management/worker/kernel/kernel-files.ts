import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';

/**
 * How the kernel's files are read: synchronously, and by the management thread only. Asynchronous
 * reads would queue in the thread pool that the service shares, and wait there behind its work.
 * Whatever cannot be read is `undefined`, as everything is on systems other than Linux.
 */
export interface KernelFiles {
  text(path: string): string | undefined;
  bytes(path: string): Uint8Array | undefined;
  /** Where a symbolic link points. */
  link(path: string): string | undefined;
  /** How many entries a folder has. */
  entryCount(path: string): number | undefined;
  /** For files that are too long to be read in one go. */
  open(path: string): KernelFile | undefined;
}

/** An open file, read from start to end. */
export interface KernelFile {
  /** The next piece; empty at the end, `undefined` when reading failed. */
  read(): string | undefined;
  close(): void;
}

const PIECE_BYTES = 64 * 1024;

class OpenFile implements KernelFile {
  private readonly buffer = Buffer.allocUnsafe(PIECE_BYTES);

  constructor(private readonly descriptor: number) {}

  read(): string | undefined {
    return attempt(() => {
      const length = readSync(this.descriptor, this.buffer, 0, PIECE_BYTES, null);
      return this.buffer.toString('latin1', 0, length);
    });
  }

  close(): void {
    attempt(() => closeSync(this.descriptor));
  }
}

/** The real ones. */
export const kernelFiles: KernelFiles = {
  text: (path) => attempt(() => readFileSync(path, 'utf8')),
  bytes: (path) => attempt(() => readFileSync(path)),
  link: (path) => attempt(() => readlinkSync(path)),
  entryCount: (path) => attempt(() => countEntries(path)),
  open: (path) => attempt(() => new OpenFile(openSync(path, 'r'))),
};

/** Since Linux 6.2 the size of `/proc/self/fd` is the count, which spares a walk over all descriptors. */
function countEntries(path: string): number {
  const { size } = statSync(path);
  const isCounted = path.startsWith('/proc/') && size > 0;
  return isCounted ? size : readdirSync(path).length;
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
