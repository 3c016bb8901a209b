import { Logger } from '@nestjs/common';
import { onTestFinished } from 'vitest';
import type { SocketPoolClientOptions } from '../../../../lib/client/client-options.js';
import { SocketPoolClient } from '../../../../lib/client/socket-pool-client.js';
import type { ServiceConfig, ServiceInfo } from '../fixtures/service.js';
import { AppProcess } from './app-process.js';

export type Service = AppProcess<ServiceInfo>;

Logger.overrideLogger(false);

/** Connects again soon, so that no test waits for long. */
export const QUICK_RECONNECT = { initialBackoffMs: 20, maxBackoffMs: 100, spreadMs: 20 };

/** A service in a process of its own, at a port that the system chose unless told otherwise. */
export function startService(config: Partial<ServiceConfig> = {}): Promise<Service> {
  const { face = 'plain', signals = 'nest', management } = config;
  const options = { listen: 'tcp://127.0.0.1:0', ...config.options };
  return AppProcess.start<ServiceInfo>('service', {
    face,
    signals,
    options,
    management,
  } satisfies ServiceConfig);
}

/** A client in this process, closed when the test is over. */
export function clientOf(
  services: readonly Service[],
  options: SocketPoolClientOptions = {},
): SocketPoolClient {
  const endpoints = services.map(({ info }) => info.address);
  const client = new SocketPoolClient({ endpoints, reconnect: QUICK_RECONNECT, ...options });
  onTestFinished(async () => {
    // What still hangs at the end of a failed test is not waited for.
    client.pool.destroy();
    await client.close();
  });
  return client;
}
