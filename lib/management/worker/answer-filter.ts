import type { ArgumentsHost } from '@nestjs/common';
import {
  BadRequestException,
  Catch,
  ConflictException,
  HttpException,
  MethodNotAllowedException,
  NotFoundException,
  NotImplementedException,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { BaseExceptionFilter } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DiagnosticsError, type DiagnosticsFailure } from './diagnostics/diagnostics-error.js';
import { methodsOf } from './access/route-lookup.js';

const FAILURES: Readonly<Record<DiagnosticsFailure, new (message: string) => HttpException>> = {
  invalid: BadRequestException,
  busy: ConflictException,
  timeout: ServiceUnavailableException,
  unavailable: NotImplementedException,
};

/** Every failure as an answer in JSON. What is not meant for the asker is in the log alone: it gets a plain 500. */
@Catch()
export class AnswerFilter extends BaseExceptionFilter {
  constructor(private readonly adapter: AbstractHttpAdapter) {
    super(adapter);
  }

  override catch(exception: unknown, host: ArgumentsHost): void {
    super.catch(this.translate(exception, host), host);
  }

  private translate(exception: unknown, host: ArgumentsHost): unknown {
    if (exception instanceof DiagnosticsError)
      return new FAILURES[exception.failure](exception.message);
    if (!(exception instanceof NotFoundException)) return exception;
    const { url = '' } = host.switchToHttp().getRequest<IncomingMessage>();
    const isUnrouted = /^Cannot [A-Z]+ /.test(exception.message);
    const methods = isUnrouted ? methodsOf(this.adapter, url) : [];
    if (methods.length === 0) return exception;
    host.switchToHttp().getResponse<ServerResponse>().setHeader('Allow', methods.join(', '));
    return new MethodNotAllowedException('the path knows other methods');
  }
}
