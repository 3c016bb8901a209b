import {
  BadRequestException,
  ConflictException,
  HttpException,
  HttpStatus,
  InternalServerErrorException,
  NotFoundException,
} from '@nestjs/common';
import type { CommandOutcome } from '../service/command-client.js';
import type { ServiceReport } from '../service/service-report.js';

/** `isApplied: false`: it was asked for, and is carried out when the service's loop goes on. */
export interface CommandAnswer {
  readonly isApplied: boolean;
  readonly message?: string;
  /** What the service says of the pool afterwards. */
  readonly pool?: unknown;
  readonly service: ServiceReport;
}

const REFUSALS: Readonly<Record<string, new (message: string) => HttpException>> = {
  NO_ENDPOINT: NotFoundException,
  INVALID_OPTIONS: BadRequestException,
  INTERNAL_ERROR: InternalServerErrorException,
};

/** @throws HttpException when the service refused, or too many commands wait for it */
export function answerOf(outcome: CommandOutcome, service: ServiceReport): CommandAnswer {
  switch (outcome.kind) {
    case 'done':
      return { isApplied: true, pool: outcome.value, service };
    case 'waiting': {
      const silentMs = Math.round(outcome.silentMs);
      const message = `waits for the loop of the service, which has not turned for ${silentMs} ms`;
      return { isApplied: false, message, service };
    }
    case 'refused':
      throw new (REFUSALS[outcome.code] ?? ConflictException)(outcome.message);
    case 'full':
      throw new HttpException(
        'too many commands wait for the loop of the service',
        HttpStatus.SERVICE_UNAVAILABLE,
      );
  }
}
