import type { LoggerService } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { LineLimit, oneLine } from '../common/line-limit.js';

/** Enough for each of a hundred ill-mannered peers to be named, too little to fill a disk. */
const LIMIT = { maxLines: 100, windowMs: 10_000 };

type Level = 'log' | 'warn' | 'debug' | 'error';

/**
 * Writes what peers can bring about: on one line each, of bounded length, and so many lines in a while.
 * Each level has a limit of its own, so that gossip leaves no warning out.
 */
export class BoundedLogger {
  private readonly limits = new Map<Level, LineLimit>();

  constructor(
    private readonly logger: LoggerService,
    private readonly clock: Clock,
  ) {}

  write(level: Level, text: string): void {
    const line = this.limitOf(level).admit(oneLine(text));
    if (line !== undefined) this.logger[level]?.(line);
  }

  /** Exceptions are handed on as they are, with their stack, as Nest's own transports do. */
  error(error: unknown): void {
    if (typeof error === 'string') this.write('error', error);
    else if (this.limitOf('error').admit('') !== undefined) this.logger.error(error);
  }

  private limitOf(level: Level): LineLimit {
    const known = this.limits.get(level);
    if (known !== undefined) return known;
    const limit = new LineLimit(this.clock, LIMIT);
    this.limits.set(level, limit);
    return limit;
  }
}
