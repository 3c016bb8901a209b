import { Logger, NotImplementedException } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MetricsExposition } from '../../../../lib/management/worker/metrics/metrics-exposition.js';
import { MetricsUnavailableError } from '../../../../lib/management/worker/metrics/metrics-exposition.js';
import { MetricsController } from '../../../../lib/management/worker/metrics/metrics.controller.js';
import { InlineManagement } from '../../../support/inline-management.js';
import { PrometheusSamples } from '../../../support/prometheus-samples.js';
import { poolSnapshot } from '../../../support/snapshots.js';

beforeAll(() => Logger.overrideLogger(false));

async function scrape(management: InlineManagement) {
  const response = await fetch(`${management.address}/metrics`);
  return { response, samples: new PrometheusSamples(await response.text()) };
}

describe('GET /metrics', () => {
  it('is answered in the format of Prometheus, and not kept by anybody', async () => {
    const management = await InlineManagement.start();
    const { response, samples } = await scrape(management);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(samples.value('socket_pool_service_stuck')).toBe(0);
  });

  it('shows every picture that arrives', async () => {
    const management = await InlineManagement.start();
    const started = async (): Promise<number | undefined> =>
      (await scrape(management)).samples.value('socket_pool_calls_started_total', {
        pool: 'orders',
      });
    expect(await started()).toBeUndefined();
    management.show({ pools: [poolSnapshot()] });
    expect(await started()).toBe(12);
    const { calls } = poolSnapshot();
    management.show({ pools: [poolSnapshot({ calls: { ...calls, started: 3 } })] });
    expect(await started()).toBe(15);
  });

  it('says what is missing when prom-client is not installed', async () => {
    const render = () => Promise.reject(new MetricsUnavailableError(new Error('not found')));
    const controller = new MetricsController({ render } as unknown as MetricsExposition);
    await expect(controller.metrics()).rejects.toThrow(NotImplementedException);
    await expect(controller.metrics()).rejects.toThrow('npm install prom-client');
  });
});
