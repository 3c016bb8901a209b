import {
  Controller,
  Get,
  Inject,
  NotFoundException,
  Param,
  Req,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import { HealthCheck } from '@nestjs/terminus';
import type { IncomingMessage } from 'node:http';
import { accessLevelOf } from '../access/gate.js';
import { ServiceReporter, type ServiceReport } from '../service/service-report.js';
import { ALL_CHECKS } from './probe-groups.js';
import { ProbeVerdicts } from './probe-verdicts.js';

type ProbeAnswer = HealthCheckResult & { readonly service: ServiceReport };

/** 200 for `ok` and `degraded`, 503 for `error`; the details to whoever may read. */
@Controller('health')
export class HealthController {
  constructor(
    @Inject(ProbeVerdicts) private readonly verdicts: ProbeVerdicts,
    @Inject(ServiceReporter) private readonly reporter: ServiceReporter,
  ) {}

  @Get()
  @HealthCheck()
  all(@Req() request: IncomingMessage): Promise<ProbeAnswer> {
    return this.answer(ALL_CHECKS, request);
  }

  @Get(':group')
  @HealthCheck()
  group(@Param('group') group: string, @Req() request: IncomingMessage): Promise<ProbeAnswer> {
    if (!this.verdicts.hasGroup(group)) throw new NotFoundException('there is no such group');
    return this.answer(group, request);
  }

  private async answer(group: string, request: IncomingMessage): Promise<ProbeAnswer> {
    const isDetailed = accessLevelOf(request) !== 'open';
    const { isFailed, result } = await this.verdicts.judge(group, isDetailed);
    const answer = { ...result, service: this.reporter.report() };
    if (isFailed) throw new ServiceUnavailableException(answer);
    return answer;
  }
}
