import { ConflictException, Controller, Get, HttpStatus, Inject, Post, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Availability } from '../../management.contract.js';
import { Lifecycle, type LifecycleReport } from '../lifecycle/lifecycle.js';
import { ServiceReporter, type ServiceReport } from '../service/service-report.js';

type LifecycleAnswer = LifecycleReport & { readonly service: ServiceReport };

/**
 * Takes the instance out of service and puts it back. Readiness follows at once, also while the service is
 * stuck; 202 says that another part waits for the loop.
 */
@Controller('lifecycle')
export class LifecycleController {
  constructor(
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(ServiceReporter) private readonly reporter: ServiceReporter,
  ) {}

  @Get()
  read(): LifecycleAnswer {
    return { ...this.lifecycle.report(), service: this.reporter.report() };
  }

  @Post('offline')
  offline(@Res({ passthrough: true }) response: ServerResponse): Promise<LifecycleAnswer> {
    return this.offer(Availability.Offline, response);
  }

  @Post('online')
  online(@Res({ passthrough: true }) response: ServerResponse): Promise<LifecycleAnswer> {
    return this.offer(Availability.Online, response);
  }

  /** At `drain.limitMs` the process is ended, unless the drain is done. */
  @Post('drain')
  async drain(@Res({ passthrough: true }) response: ServerResponse): Promise<LifecycleAnswer> {
    return this.answer(await this.lifecycle.drain(), response);
  }

  private async offer(
    availability: typeof Availability.Online | typeof Availability.Offline,
    response: ServerResponse,
  ): Promise<LifecycleAnswer> {
    if (this.lifecycle.isDraining)
      throw new ConflictException('the service is draining: there is no way back');
    return this.answer(await this.lifecycle.offer(availability), response);
  }

  private answer(report: LifecycleReport, response: ServerResponse): LifecycleAnswer {
    const isComplete = report.clients === 'effective';
    response.statusCode = isComplete ? HttpStatus.OK : HttpStatus.ACCEPTED;
    return { ...report, service: this.reporter.report() };
  }
}
