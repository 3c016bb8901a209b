import type { LoggerService } from '@nestjs/common';

/** Keeps what was logged, level by level. */
export class CollectingLogger implements LoggerService {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  /** Warnings and errors: what an operator is bothered with. */
  readonly complaints: string[] = [];

  log(message: unknown): void {
    this.lines.push(String(message));
  }

  warn(message: unknown): void {
    this.lines.push(String(message));
    this.complaints.push(String(message));
  }

  error(message: unknown): void {
    this.lines.push(String(message));
    this.errors.push(String(message));
    this.complaints.push(String(message));
  }
}
