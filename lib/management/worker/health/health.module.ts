import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import type { ProbeParts } from './probe-parts.js';
import { PROBE_PARTS } from './probe-parts.js';
import { ProbeVerdicts } from './probe-verdicts.js';

@Module({})
export class HealthModule {
  static forRoot(parts: ProbeParts): DynamicModule {
    return {
      module: HealthModule,
      // Terminus would log every failed probe.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [{ provide: PROBE_PARTS, useValue: parts }, ProbeVerdicts],
      exports: [ProbeVerdicts],
    };
  }
}
