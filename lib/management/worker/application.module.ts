import type { DynamicModule, Provider } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ControlModule } from './control/control.module.js';
import { DIAGNOSIS_PARTS, type DiagnosisParts } from './diagnosis/diagnosis-parts.js';
import { DiagnosticsController } from './diagnosis/diagnostics.controller.js';
import { FeedModule } from './feed/feed.module.js';
import { HealthModule } from './health/health.module.js';
import type { ProbeParts } from './health/probe-parts.js';
import { Lifecycle } from './lifecycle/lifecycle.js';
import type { ManagementParts } from './management-parts.js';
import { MetricsExposition } from './metrics/metrics-exposition.js';
import { MetricsController } from './metrics/metrics.controller.js';
import type { OwnModule } from './own-module.js';
import { PageModule } from './page/page.module.js';
import { CommandClient } from './service/command-client.js';
import { EventIntake } from './service/event-intake.js';
import { PictureRefresh } from './service/picture-refresh.js';
import { ServiceReporter } from './service/service-report.js';
import { ServiceView } from './service/service-view.js';

export interface ApplicationSetup {
  readonly parts: ManagementParts;
  readonly probes: ProbeParts;
  readonly metrics: MetricsExposition;
  /** The user's own module. */
  readonly own: OwnModule | undefined;
}

/** The management application, put together. */
@Module({ controllers: [DiagnosticsController, MetricsController] })
export class ApplicationModule {
  static forRoot({ parts, probes, metrics, own }: ApplicationSetup): DynamicModule {
    const health = HealthModule.forRoot(probes);
    const providers = providersOf(parts, metrics);
    return {
      module: ApplicationModule,
      // What the parts provide is for every module, the user's own included.
      global: true,
      imports: [
        health,
        ControlModule,
        FeedModule.forRoot(feedOf(parts), parts.clock, health),
        ...(parts.options.page ? [PageModule.forRoot(parts.options)] : []),
        ...(own === undefined ? [] : [own]),
      ],
      providers,
      exports: providers,
    };
  }
}

function providersOf(parts: ManagementParts, metrics: MetricsExposition): Provider[] {
  return [
    { provide: ServiceView, useValue: parts.view },
    { provide: ServiceReporter, useValue: parts.reporter },
    { provide: CommandClient, useValue: parts.commands },
    { provide: PictureRefresh, useValue: parts.refresh },
    { provide: EventIntake, useValue: parts.events },
    { provide: Lifecycle, useValue: parts.lifecycle },
    { provide: MetricsExposition, useValue: metrics },
    { provide: DIAGNOSIS_PARTS, useValue: diagnosisOf(parts) },
  ];
}

function diagnosisOf(parts: ManagementParts): DiagnosisParts {
  const { stack, incidents, recorder, advice, heap, profiler, options } = parts;
  const isProfilingAllowed = options.diagnosis.profiling;
  return { stack, incidents, recorder, advice, heap, profiler, isProfilingAllowed };
}

function feedOf({ reporter, view, lag, incidents, events, redactor }: ManagementParts) {
  const lastEventAt = (): number | null => events.lastEventAt;
  return { reporter, view, lag: lag.reader(), incidents, lastEventAt, redactor };
}
