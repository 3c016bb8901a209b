import { DescriptorWriter } from './descriptor-writer.js';

/** Node's own signature of `write`: the encoding may be left out. */
type Written = (error?: Error | null) => void;

/**
 * What a worker thread writes to `process.stdout` goes through the main thread, and waits there while it
 * is stuck. Here it goes to the descriptor at once: log lines, and the `console` of the user's own controllers.
 */
export function writeThreadOutputAtOnce(): void {
  redirect(process.stdout, new DescriptorWriter(1));
  redirect(process.stderr, new DescriptorWriter(2));
}

function redirect(stream: NodeJS.WriteStream, writer: DescriptorWriter): void {
  const write = (
    chunk: string | Uint8Array,
    encodingOrWritten?: BufferEncoding | Written,
    written?: Written,
  ): boolean => {
    writer.write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const callback = typeof encodingOrWritten === 'function' ? encodingOrWritten : written;
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };
  stream.write = write;
}
