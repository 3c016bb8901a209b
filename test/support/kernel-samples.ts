import type { KernelFile, KernelFiles } from '../../lib/management/worker/kernel/kernel-files.js';

/** Files of the kernel as a test wants them; what is not given does not exist. */
export class KernelSamples implements KernelFiles {
  /** How often each file was asked for. */
  readonly reads = new Map<string, number>();
  /** Files that were opened and not closed. */
  openFiles = 0;

  constructor(private readonly contents: Readonly<Record<string, string | Uint8Array>> = {}) {}

  text(path: string): string | undefined {
    const content = this.read(path);
    return typeof content === 'string' ? content : undefined;
  }

  bytes(path: string): Uint8Array | undefined {
    const content = this.read(path);
    return typeof content === 'string' ? Buffer.from(content) : content;
  }

  link(path: string): string | undefined {
    return this.text(path);
  }

  entryCount(path: string): number | undefined {
    const text = this.text(path);
    return text === undefined ? undefined : Number(text);
  }

  /** A piece is what stands before a `|`; `FAIL` is one that cannot be read. */
  open(path: string): KernelFile | undefined {
    const pieces = this.text(path)?.split('|');
    if (pieces === undefined) return undefined;
    this.openFiles++;
    return {
      read: () => {
        const piece = pieces.shift() ?? '';
        return piece === 'FAIL' ? undefined : piece;
      },
      close: () => void this.openFiles--,
    };
  }

  private read(path: string): string | Uint8Array | undefined {
    this.reads.set(path, (this.reads.get(path) ?? 0) + 1);
    return this.contents[path];
  }
}
