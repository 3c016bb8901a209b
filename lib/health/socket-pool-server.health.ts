import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { HealthIndicatorService } from '@nestjs/terminus';
import type { AcceptorSnapshot } from '../metrics/snapshot.js';
import type { ServerHealthOptions } from './health-options.js';
import { resolveServerHealthOptions } from './health-options.js';
import { judgeServer } from './server-verdict.js';
import { report } from './verdict.js';

/** What the indicator needs of a server; a `SocketPoolServer` has it. */
export interface ObservableServer {
  snapshot(): AcceptorSnapshot;
}

/**
 * `up`, `degraded` or `down` for the server of this process. Provide it beside `TerminusModule`. It answers
 * from the service's own event loop: while that is stuck nobody answers, which is what the management port
 * is for.
 */
@Injectable()
export class SocketPoolServerHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  /**
   * The verdict of the server's snapshot, with the numbers. `down`: it does not listen, drains, was taken
   * offline, or the event loop runs late. `degraded`: its connections come near their limit.
   *
   * @throws SocketPoolError `INVALID_OPTIONS`
   */
  isHealthy<const Key extends string>(
    key: Key,
    server: ObservableServer,
    options: ServerHealthOptions = {},
  ): HealthIndicatorResult<Key> {
    const limits = resolveServerHealthOptions(options);
    return report(this.indicators, key, judgeServer(server.snapshot(), limits));
  }
}
