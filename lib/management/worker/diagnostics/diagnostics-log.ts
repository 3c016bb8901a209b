import { writeSync } from 'node:fs';

/** Where the diagnosis writes what people should see. Must return while the service's loop is stuck. */
export interface DiagnosticsLog {
  warn(text: string): void;
}

const STANDARD_ERROR = 2;

/**
 * Writes to a descriptor at once. `console` and `process.stdout` of a worker thread go through the main
 * thread, which is the very one that is stuck.
 */
export class DescriptorLog implements DiagnosticsLog {
  constructor(
    private readonly descriptor = STANDARD_ERROR,
    private readonly write: (descriptor: number, text: string) => unknown = writeSync,
  ) {}

  warn(text: string): void {
    try {
      this.write(this.descriptor, `${text}\n`);
    } catch {
      // A full pipe (EAGAIN) or a closed one: a line of log is not worth a wait or an end.
    }
  }
}
