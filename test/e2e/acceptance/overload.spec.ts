import { describe, expect, it } from 'vitest';
import type { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import type { LoadFigures } from './support/open-load.js';
import { closedLoad, openLoad, quantile } from './support/open-load.js';
import type { Service } from './support/services.js';
import { clientOf, startService } from './support/services.js';

/**
 * With `ACCEPTANCE_OVERLOAD_MS=20000` on a machine that nobody else uses, what is promised is held to; otherwise
 * bounds that also hold while other suites run beside this one.
 */
const LONG_MS = Number(process.env.ACCEPTANCE_OVERLOAD_MS ?? 0);
const IS_STRICT = LONG_MS > 0;
const FOR_MS = IS_STRICT ? LONG_MS : 5_000;
const BOUNDS = IS_STRICT
  ? { goodputShare: 0.8, rejectionMs: 50, slowdown: 2 }
  : { goodputShare: 0.5, rejectionMs: 500, slowdown: 10 };

/** Below the time within which rejections have to be there. */
const MAX_QUEUE_MS = 30;

/** What is asked for, and how many at once are as much as the service can do. */
interface Work {
  readonly pattern: 'work' | 'compute';
  readonly ms: number;
  readonly callers: number;
}

interface Trial {
  readonly peak: LoadFigures;
  readonly overload: LoadFigures;
}

/** First as much as the service can do, then three times that. */
async function overload(client: SocketPoolClient, { pattern, ms, callers }: Work): Promise<Trial> {
  const ask = (): Promise<unknown> => client.request(pattern, { id: 0, ms });
  await closedLoad(ask, callers, 500);
  const peak = await closedLoad(ask, callers, IS_STRICT ? 5_000 : 1_500);
  return { peak, overload: await openLoad(ask, 3 * peak.goodput, FOR_MS) };
}

function check({ peak, overload: { goodput, accepted, rejected, failures } }: Trial): void {
  const measured = {
    peak: Math.round(peak.goodput),
    goodput: Math.round(goodput),
    p99AtPeakMs: Math.round(quantile(peak.accepted, 0.99)),
    p99Ms: Math.round(quantile(accepted, 0.99)),
    rejected: rejected.length,
    rejectionP99Ms: Math.round(quantile(rejected, 0.99)),
    failures,
  };
  const text = JSON.stringify(measured);
  if (IS_STRICT) process.stdout.write(`${text}\n`);
  expect(failures, text).toEqual({});
  expect(rejected.length, text).toBeGreaterThan(0);
  expect(goodput, text).toBeGreaterThan(BOUNDS.goodputShare * peak.goodput);
  expect(measured.rejectionP99Ms, text).toBeLessThanOrEqual(BOUNDS.rejectionMs);
  expect(measured.p99Ms, text).toBeLessThanOrEqual(BOUNDS.slowdown * measured.p99AtPeakMs);
}

const OPTIONS = { maxAttempts: 1, deadlineMs: 10_000, pool: { minConnections: 2 } };

describe('three times what a service can do', () => {
  it('is met by a queue that stays short, where handlers wait', async () => {
    const admission = { maxInFlight: 10, maxQueued: 50, maxQueueMs: MAX_QUEUE_MS };
    const service = await startService({ options: { admission } });
    const work = { pattern: 'work', ms: 20, callers: 10 } as const;
    check(await overload(clientOf([service], OPTIONS), work));
    await checkRejections(service);
  });

  it('is met by shedding, where handlers compute', async () => {
    const admission = { shedding: {} };
    const service = await startService({ options: { admission } });
    const work = { pattern: 'compute', ms: 2, callers: 16 } as const;
    check(await overload(clientOf([service], OPTIONS), work));
    await checkRejections(service);
  });
});

/** The service counts what it rejects, and is itself again afterwards. */
async function checkRejections(service: Service): Promise<void> {
  const { rejected, admission } = await service.ask<{
    rejected: { overloaded: number };
    admission: { running: number; queued: number };
  }>('snapshot');
  expect(rejected.overloaded).toBeGreaterThan(0);
  expect(admission).toMatchObject({ running: 0, queued: 0 });
}
