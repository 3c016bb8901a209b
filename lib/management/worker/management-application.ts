/**
 * The second Nest application: probes, control, metrics and diagnosis of the service, on a port of its
 * own. It runs in a thread of its own, where it answers whatever the service's event loop does; or
 * inline, in the service's thread, where it does not, and says so.
 */
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ToManagement } from '../management.contract.js';
import { CONTRACT_VERSION } from '../management.contract.js';
import { AccessPolicy } from './access/access-policy.js';
import { gateOf } from './access/gate.js';
import { MAX_BODY } from './access/http-limits.js';
import { listenAt } from './access/listening.js';
import { ManagementAdapter } from './access/management-adapter.js';
import { AnswerFilter } from './answer-filter.js';
import { ApplicationModule, type ApplicationSetup } from './application.module.js';
import { openBeacon } from './beacon/open-beacon.js';
import { createProbes } from './health/probe-setup.js';
import { ManagementParts, type ManagementSetup } from './management-parts.js';
import { createMetrics } from './metrics-setup.js';
import { loadOwnModule } from './own-module.js';
import { PageFiles } from './page/page-files.js';

export interface ManagementApplication {
  /** Such as `http://127.0.0.1:9400`. */
  readonly address: string;
  /** Of the beacon, if there is one. */
  readonly beaconPort: number | undefined;
  /** What the service sends. */
  receive(message: Exclude<ToManagement, { type: 'close' }>): void;
  close(): Promise<void>;
}

/**
 * Starts the management application; both kinds of isolation use this.
 *
 * @param logger for the whole thread; without it Nest's own is left as it is
 * @throws Error when the port cannot be opened, or the options do not fit
 */
export async function createManagementApplication(
  setup: ManagementSetup,
  logger?: LoggerService,
): Promise<ManagementApplication> {
  const { data, log } = setup;
  if (data.version !== CONTRACT_VERSION)
    throw new Error(
      `the service speaks version ${data.version} of the contract, management ${CONTRACT_VERSION}`,
    );
  const parts = new ManagementParts(setup);
  const probes = createProbes(parts, parts.options.probes, log);
  const own = await loadOwnModule(parts.options.controllers);
  const adapter = adapterOf(parts);
  const app = await createApp(
    { parts, probes, metrics: createMetrics(parts), own },
    adapter,
    logger,
  );
  try {
    const address = await listenAt(adapter.getHttpServer(), parts.options);
    parts.start();
    const stuckMs = (): number => parts.loop.silentMs;
    const beacon = await openBeacon({ data, clock: setup.clock, log, stuckMs });
    return {
      address,
      beaconPort: beacon?.port,
      receive: (message) => parts.receive(message),
      close: async () => {
        parts.stop();
        await beacon?.close();
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function adapterOf({ options, redactor }: ManagementParts): ManagementAdapter {
  const openPaths = options.page ? new PageFiles(options).paths : new Set<string>();
  const gate = gateOf(new AccessPolicy(options, openPaths), options.isolation);
  return new ManagementAdapter({ gate, redactor, tls: options.tls });
}

async function createApp(
  setup: ApplicationSetup,
  adapter: ManagementAdapter,
  logger?: LoggerService,
) {
  const app = await NestFactory.create(ApplicationModule.forRoot(setup), adapter, {
    abortOnError: false,
    bodyParser: false,
    ...(logger && { logger }),
  });
  adapter.useBodyParser('json', false, { limit: MAX_BODY });
  app.useGlobalFilters(new AnswerFilter(adapter));
  await app.init();
  return app;
}
