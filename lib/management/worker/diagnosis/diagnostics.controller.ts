import {
  BadRequestException,
  Controller,
  ForbiddenException,
  Get,
  HttpCode,
  Inject,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RecordedEvent } from '../../management.contract.js';
import { describeStack, type CapturedStack } from '../diagnostics/captured-stack.js';
import { MAX_PROFILE_SECONDS, type CpuProfile } from '../diagnostics/cpu-profiler.js';
import type { Incident } from '../diagnostics/incident.js';
import type { Advice } from '../diagnostics/kernel-advice.js';
import { ServiceReporter, type ServiceReport } from '../service/service-report.js';
import { ServiceView } from '../service/service-view.js';
import { DIAGNOSIS_PARTS, type DiagnosisParts } from './diagnosis-parts.js';
import type { HeapReport } from './heap-report.js';

const DEFAULT_EVENTS = 200;
const MAX_EVENTS = 5_000;
const DEFAULT_SECONDS = 5;

interface Reported {
  readonly service: ServiceReport;
}

/** What the service is doing, and what it was doing when it was stuck. */
@Controller('diagnostics')
export class DiagnosticsController {
  constructor(
    @Inject(DIAGNOSIS_PARTS) private readonly parts: DiagnosisParts,
    @Inject(ServiceReporter) private readonly reporter: ServiceReporter,
    @Inject(ServiceView) private readonly view: ServiceView,
  ) {}

  /** What its thread does now: holds it for some milliseconds. `where` says it in a line. */
  @Get('stack')
  async stack(): Promise<CapturedStack & Reported & { readonly where: string }> {
    const stack = await this.parts.stack.capture();
    return { ...stack, where: describeStack(stack), service: this.reporter.report() };
  }

  @Get('incidents')
  incidents(): Reported & { readonly incidents: readonly Incident[] } {
    return { service: this.reporter.report(), incidents: this.parts.incidents.list() };
  }

  /** The last connection events, the oldest first: `?source=pool%20orders&limit=50`. */
  @Get('events')
  events(
    @Query('source') source?: unknown,
    @Query('limit') limit?: unknown,
  ): Reported & { readonly sources: readonly string[]; readonly events: readonly RecordedEvent[] } {
    const count = Math.min(readNumber('limit', limit, DEFAULT_EVENTS), MAX_EVENTS);
    const only = typeof source === 'string' ? source : undefined;
    const { recorder } = this.parts;
    return {
      service: this.reporter.report(),
      sources: recorder.sources,
      events: recorder.list(only, count),
    };
  }

  @Get('advice')
  advice(): Reported & { readonly advice: readonly Advice[] } {
    const advice = this.parts.advice.advise(this.view.picture);
    return { service: this.reporter.report(), advice };
  }

  @Get('heap')
  async heap(): Promise<Reported & { readonly heap: HeapReport }> {
    this.needProfiling();
    const heap = await this.parts.heap.read();
    return { service: this.reporter.report(), heap };
  }

  /** A `.cpuprofile` of the service's thread, of `?seconds=5`. */
  @Post('cpu-profile')
  @HttpCode(200)
  profile(
    @Query('seconds') seconds: unknown,
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<CpuProfile> {
    this.needProfiling();
    // Nothing is sent while it records: longer than connections may be idle otherwise.
    request.setTimeout((MAX_PROFILE_SECONDS + 30) * 1_000);
    response.setHeader('Content-Disposition', 'attachment; filename="service.cpuprofile"');
    return this.parts.profiler.record(readNumber('seconds', seconds, DEFAULT_SECONDS));
  }

  private needProfiling(): void {
    if (!this.parts.isProfilingAllowed)
      throw new ForbiddenException('profiling is switched off: see `diagnosis.profiling`');
  }
}

function readNumber(name: string, text: unknown, absent: number): number {
  if (text === undefined) return absent;
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
  throw new BadRequestException(`${name}: it is not a whole number`);
}
