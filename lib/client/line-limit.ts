import type { Clock } from '../common/clock.js';

/** How many lines, over how long. */
export interface LineLimitOptions {
  readonly maxLines: number;
  readonly windowMs: number;
}

/** Bounds how much is logged, whatever happens below: so many lines per window, and the rest is counted. */
export class LineLimit {
  private windowEndsAt = Number.NEGATIVE_INFINITY;
  private lines = 0;
  private leftOut = 0;

  constructor(
    private readonly clock: Clock,
    private readonly options: LineLimitOptions,
  ) {}

  /** @returns the line to log, with the number of those left out before it; `undefined` for none */
  admit(line: string): string | undefined {
    const now = this.clock.now();
    if (now >= this.windowEndsAt) {
      this.windowEndsAt = now + this.options.windowMs;
      this.lines = 0;
    }
    if (this.lines >= this.options.maxLines) {
      this.leftOut++;
      return undefined;
    }
    this.lines++;
    const { leftOut } = this;
    this.leftOut = 0;
    return leftOut === 0 ? line : `${line} (${leftOut} lines before this one were left out)`;
  }
}
