import type { MessageHandler } from '@nestjs/microservices';

/** Cached patterns above this number are forgotten together: a peer that makes up patterns must not fill the memory. */
const MAX_CACHED = 10_000;

/** Finds the handler that Nest registered for a pattern. */
export type HandlerLookup = (pattern: string) => MessageHandler | null;

/**
 * From the pattern as it travelled to the handler. Nest's own look-up tries to parse every pattern as
 * JSON, and throws and catches for each that is none; here that happens once per pattern. Unknown
 * patterns are not remembered.
 */
export class RouteTable {
  private readonly handlers = new Map<string, MessageHandler>();

  constructor(private readonly lookUp: HandlerLookup) {}

  find(pattern: string): MessageHandler | undefined {
    return this.handlers.get(pattern) ?? this.findFirst(pattern);
  }

  /** Handlers were added. */
  clear(): void {
    this.handlers.clear();
  }

  private findFirst(pattern: string): MessageHandler | undefined {
    const handler = this.lookUp(pattern) ?? undefined;
    if (handler === undefined) return undefined;
    // Many texts can lead to one handler: keys in another order, white space.
    if (this.handlers.size >= MAX_CACHED) this.handlers.clear();
    this.handlers.set(pattern, handler);
    return handler;
  }
}
