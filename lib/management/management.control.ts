import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { systemClock } from '../common/clock.js';
import { systemRandom } from '../common/random.js';
import { ApplicationService } from './application-service.js';
import type { IndicatorFunction } from './indicator-board.js';
import { IndicatorBoard } from './indicator-board.js';
import { ManagementHost } from './management-host.js';
import type { ManagementOptions } from './management-options.js';
import { Availability } from './management.contract.js';
import { MANAGEMENT_OPTIONS } from './management.tokens.js';

/**
 * Management, from code: what the routes of the management port do, and the indicators that its probes
 * show beside their own.
 */
@Injectable()
export class ManagementControl implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Management');
  private readonly indicators: IndicatorBoard;
  private readonly host: ManagementHost;

  constructor(
    @Inject(MANAGEMENT_OPTIONS) options: ManagementOptions,
    @Inject(ApplicationService) service: ApplicationService,
  ) {
    const { indicatorTimeoutMs, indicatorIntervalMs } = options.probes;
    this.indicators = new IndicatorBoard(systemClock, {
      timeoutMs: indicatorTimeoutMs,
      intervalMs: indicatorIntervalMs,
    });
    this.host = new ManagementHost({
      options,
      service,
      indicators: this.indicators,
      clock: systemClock,
      random: systemRandom,
      log: { info: (text) => this.logger.log(text), warn: (text) => this.logger.warn(text) },
    });
  }

  /** Where the management port listens, such as `http://127.0.0.1:9400`; `undefined` before it does. */
  get address(): string | undefined {
    return this.host.address;
  }

  get isOffline(): boolean {
    return this.host.state === Availability.Offline;
  }

  /** An indicator of your own, for readiness. Call it before the application has started, as in a constructor. */
  addIndicator(name: string, indicator: IndicatorFunction): void {
    this.indicators.add(name, indicator);
  }

  /** Clients are sent away and readiness fails; the process stays, for examination. */
  offline(): Promise<void> {
    return this.host.want(Availability.Offline);
  }

  /** Undoes `offline()`. */
  online(): Promise<void> {
    return this.host.want(Availability.Online);
  }

  /** Takes no new calls and lets those there are finish. There is no way back. */
  drain(timeoutMs?: number): Promise<void> {
    return this.host.want(Availability.Draining, timeoutMs);
  }

  /** @internal all modules have started */
  bootstrapped(): void {
    this.host.bootstrapped();
  }

  /** @internal before the servers drain */
  announceEnd(): Promise<void> {
    return this.host.announceEnd();
  }

  async onModuleInit(): Promise<void> {
    await this.host.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.host.close();
  }
}
