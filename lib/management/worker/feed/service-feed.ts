import type { HealthCheckResult } from '@nestjs/terminus';
import type { ServicePicture } from '../../management.contract.js';
import type { Redactor } from '../access/redactor.js';
import type { IncidentWatch } from '../diagnostics/incident-watch.js';
import type { ProbeVerdicts } from '../health/probe-verdicts.js';
import type { FeedIncident, FeedPicture, FeedService } from '../page/feed-picture.js';
import { summarise } from '../page/picture-summary.js';
import type { LagReader } from '../service/lag-ledger.js';
import type { ServiceReporter } from '../service/service-report.js';
import type { ServiceView } from '../service/service-view.js';
import type { FeedSource } from './feed-hub.js';

const MAX_INCIDENTS = 10;

export interface ServiceFeedParts {
  readonly reporter: ServiceReporter;
  readonly view: ServiceView;
  readonly lag: LagReader;
  readonly incidents: Pick<IncidentWatch, 'list'>;
  readonly lastEventAt: () => number | null;
  readonly redactor: Redactor;
}

/** What the page is told. */
export class ServiceFeed implements FeedSource {
  private summary: { readonly of: ServicePicture; readonly is: FeedService } | undefined;

  constructor(
    private readonly parts: ServiceFeedParts,
    private readonly verdicts: Pick<ProbeVerdicts, 'judge'>,
  ) {}

  signature(): string {
    const { phase, availability, isAvailabilityApplied, stuckSince } = this.parts.reporter.report();
    const [incident] = this.incidents();
    return JSON.stringify([
      ...[phase, availability, isAvailabilityApplied, stuckSince !== null],
      ...[incident?.id, incident?.isOver, incident?.hasStack],
    ]);
  }

  async next(): Promise<string> {
    const [live, ready] = await Promise.all([
      this.verdicts.judge('live', true),
      this.verdicts.judge('ready', true),
    ]);
    const picture: FeedPicture = {
      service: this.parts.reporter.report(),
      isLive: !live.isFailed,
      isReady: !ready.isFailed,
      reasons: [...reasonsOf(live.result), ...reasonsOf(ready.result)],
      maxLagMs: this.parts.lag.takeMaxMs(),
      incidents: this.incidents(),
      lastEventAt: this.parts.lastEventAt(),
      picture: this.summarised(),
    };
    return this.parts.redactor.redact(JSON.stringify(picture));
  }

  private incidents(): FeedIncident[] {
    return this.parts.incidents
      .list()
      .slice(0, MAX_INCIDENTS)
      .map(({ id, isOver, stack }) => ({ id, isOver, hasStack: stack !== undefined }));
  }

  private summarised(): FeedService | null {
    const { picture } = this.parts.view;
    if (picture === undefined) return null;
    if (this.summary?.of !== picture) this.summary = { of: picture, is: summarise(picture) };
    return this.summary.is;
  }
}

function reasonsOf({ details }: HealthCheckResult): string[] {
  return Object.entries(details)
    .filter(([, { status }]) => status !== 'up')
    .map(([key, { status, message, reasons }]) => {
      const text = message ?? (Array.isArray(reasons) ? reasons.join('; ') : status);
      return `${key}: ${String(text)}`;
    });
}
