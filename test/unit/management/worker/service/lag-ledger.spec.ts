import { describe, expect, it } from 'vitest';
import { SharedCell } from '../../../../../lib/management/management.contract.js';
import { LagLedger } from '../../../../../lib/management/worker/service/lag-ledger.js';
import { WatchedService } from '../../../../support/watched-service.js';

describe('the ledger of lags', () => {
  it('gives each reader the greatest since it asked', () => {
    const service = new WatchedService();
    const ledger = new LagLedger(service.cells, service.loop);
    const scrape = ledger.reader();
    const page = ledger.reader();
    const lag = (ms: number) => service.write(SharedCell.MaxLagMicros, ms * 1_000);
    lag(30);
    expect(page.takeMaxMs()).toBe(30);
    lag(10);
    expect(page.takeMaxMs()).toBe(10);
    expect(page.takeMaxMs()).toBe(0);
    expect(scrape.takeMaxMs()).toBe(30);
    expect(scrape.takeMaxMs()).toBe(0);
  });

  it('knows of a stall that lasts', async () => {
    const service = new WatchedService();
    const reader = new LagLedger(service.cells, service.loop).reader();
    await service.pass(3_000);
    expect(reader.takeMaxMs()).toBe(3_000);
  });
});
