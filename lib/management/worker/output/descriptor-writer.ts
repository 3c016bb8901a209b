import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

/**
 * Writes to a descriptor of the process at once, and never waits: what cannot be written is lost. A reader
 * of logs that hangs must not hold the management thread as well, so a pipe is opened anew without
 * blocking; the service's own end of it stays as it is.
 */
export class DescriptorWriter {
  readonly descriptor: number;
  private readonly isOwn: boolean;

  constructor(descriptor: number) {
    const own = openWithoutBlocking(descriptor);
    this.descriptor = own ?? descriptor;
    this.isOwn = own !== undefined;
  }

  write(text: string): void {
    let rest = Buffer.from(text);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.descriptor, rest));
    } catch {
      // Full (EAGAIN) or closed: a line of log is worth neither a wait nor an end.
    }
  }

  close(): void {
    if (this.isOwn) closeSync(this.descriptor);
  }
}

/** Only pipes: files do not block, and a file that is opened anew has a position of its own. */
function openWithoutBlocking(descriptor: number): number | undefined {
  try {
    if (!fstatSync(descriptor).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
