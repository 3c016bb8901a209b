import { HttpException, Inject, Injectable } from '@nestjs/common';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { CheckChoice, CheckResult, ProbeCheck } from './probe-check.js';
import { PROBE_PARTS } from './probe-parts.js';
import type { ProbeParts } from './probe-parts.js';

/** Terminus' own result: its status, and what its indicators say. */
export interface ProbeVerdict {
  readonly isFailed: boolean;
  readonly result: HealthCheckResult;
}

interface Finding extends CheckResult {
  readonly isPublic: boolean;
}

/** Asks the checks of a group, and judges in Terminus' form. */
@Injectable()
export class ProbeVerdicts {
  private readonly checks: ReadonlyMap<string, ProbeCheck>;
  private readonly lastStatus = new Map<string, string>();

  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(PROBE_PARTS) private readonly parts: ProbeParts,
  ) {
    this.checks = new Map(parts.checks.map((check) => [check.name, check]));
  }

  hasGroup(group: string): boolean {
    return this.parts.groups.has(group);
  }

  /** @param isDetailed whether to show what is not for everybody; it counts all the same */
  async judge(group: string, isDetailed: boolean): Promise<ProbeVerdict> {
    const choices = this.parts.groups.get(group) ?? [];
    const found = await Promise.all(choices.map((choice) => this.run(choice)));
    const findings = withUniqueKeys(found.flat());
    const verdict = await this.check(findings);
    this.note(group, verdict.result);
    return isDetailed ? verdict : { ...verdict, result: publicPart(verdict.result, findings) };
  }

  private async run({ name, only }: CheckChoice): Promise<readonly Finding[]> {
    const check = this.checks.get(name);
    if (check === undefined) return [];
    const { isPublic } = check;
    return (await check.run(only)).map((result) => ({ ...result, isPublic }));
  }

  private async check(results: readonly CheckResult[]): Promise<ProbeVerdict> {
    try {
      const result = await this.health.check(results.map((each) => () => this.indicate(each)));
      return { isFailed: false, result };
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      return { isFailed: true, result: error.getResponse() as HealthCheckResult };
    }
  }

  private indicate({ key, status, details }: CheckResult): HealthIndicatorResult {
    const indicator = this.indicators.check(key);
    switch (status) {
      case 'up':
        return indicator.up({ ...details });
      case 'degraded':
        return indicator.degraded({ ...details });
      case 'down':
        return indicator.down({ ...details });
    }
  }

  /** Changes only: a storm of probes is no storm of log lines. */
  private note(group: string, { status, details }: HealthCheckResult): void {
    const last = this.lastStatus.get(group);
    this.lastStatus.set(group, status);
    if (last === undefined || last === status) return;
    const reasons = Object.entries(details)
      .filter(([, each]) => each.status !== 'up')
      .map(([key, each]) => `, ${key}: ${String(each.message ?? each.status)}`);
    this.parts.log.warn(`health of '${group}' is ${status}, was ${last}${reasons.join('')}`);
  }
}

/** A user's indicator may have the name of a check; neither may hide the other. */
function withUniqueKeys(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.map((finding) => {
    let { key } = finding;
    while (seen.has(key)) key = `${key} (other)`;
    seen.add(key);
    return { ...finding, key };
  });
}

function publicPart(result: HealthCheckResult, findings: readonly Finding[]): HealthCheckResult {
  const keys = new Set(findings.filter(({ isPublic }) => isPublic).map(({ key }) => key));
  const cut = <Details extends object>(details: Details | undefined): Details =>
    Object.fromEntries(Object.entries(details ?? {}).filter(([key]) => keys.has(key))) as Details;
  const { status, info, error, details } = result;
  return { status, info: cut(info), error: cut(error), details: cut(details) };
}
