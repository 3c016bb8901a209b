import type { IncomingStream } from '../acceptor/acceptor-handler.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { messageOf } from '../errors/socket-pool-error.js';

/** What a value is counted as, beside its text or bytes. */
const BASE_BYTES = 64;
const BYTES_PER_CHARACTER = 2;

/** What a handler answered: a value, or what it failed with. */
export type Answer =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly err: unknown; readonly code: ErrorCode };

/**
 * An answer as it is kept, to be given again. The handler may change its objects afterwards, so they are
 * kept as the JSON that travelled, and bytes as a copy. A custom serializer of packets needs the objects
 * themselves.
 */
export class KeptReply {
  private constructor(
    private readonly restore: () => Answer,
    readonly bytes: number,
  ) {}

  /** @param asObjects they are kept themselves, and only measured */
  static of(answer: Answer, asObjects: boolean): KeptReply {
    const content = answer.kind === 'value' ? answer.value : answer.err;
    try {
      const { read, bytes } = keep(content, asObjects);
      return new KeptReply(() => withContent(answer, read()), bytes + BASE_BYTES);
    } catch (error) {
      // It could not be sent either: that is what its caller was told.
      const text = messageOf(error);
      const failure: Answer = { kind: 'failure', err: text, code: 'UNSERIALIZABLE_REPLY' };
      return new KeptReply(() => failure, text.length * BYTES_PER_CHARACTER + BASE_BYTES);
    }
  }

  giveTo(stream: IncomingStream): void {
    give(stream, this.restore());
  }
}

export function give(stream: IncomingStream, answer: Answer): void {
  if (answer.kind === 'value') stream.respond(answer.value);
  else stream.fail(answer.err, answer.code);
}

function withContent(answer: Answer, content: unknown): Answer {
  return answer.kind === 'value' ? { ...answer, value: content } : { ...answer, err: content };
}

function keep(content: unknown, asObjects: boolean): { read: () => unknown; bytes: number } {
  if (content instanceof Uint8Array) {
    const copy = Buffer.from(content);
    return { read: () => copy, bytes: copy.length };
  }
  if (typeof content !== 'object' || content === null) {
    const characters = typeof content === 'string' ? content.length : 0;
    return { read: () => content, bytes: characters * BYTES_PER_CHARACTER };
  }
  const text = JSON.stringify(content) as string | undefined;
  const bytes = (text?.length ?? 0) * BYTES_PER_CHARACTER;
  if (asObjects) return { read: () => content, bytes };
  return { read: () => (text === undefined ? undefined : JSON.parse(text)), bytes };
}
