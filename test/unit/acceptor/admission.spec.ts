import { describe, expect, it } from 'vitest';
import { admit, limitConnections, listenWarnings } from '../../../lib/acceptor/admission.js';
import type { KernelLimits } from '../../../lib/acceptor/kernel-limits.js';

const view = {
  isListening: true,
  isOffline: false,
  connections: 0,
  maxConnections: 100,
  refusing: 0,
  descriptorReserve: 64,
};

const limits: KernelLimits = {
  maxDescriptors: 1024,
  maxBacklog: 128,
  ephemeralPorts: { first: 32768, last: 60999 },
  reservedPorts: [{ first: 40000, last: 40010 }],
};

describe('admission', () => {
  it('lets a link in as long as there is room', () => {
    expect(admit({ ...view, connections: 99 })).toEqual({ verdict: 'admit' });
  });

  it('refuses one too many, and tells it', () => {
    expect(admit({ ...view, connections: 100 })).toEqual({
      verdict: 'refuse',
      cause: 'tooManyConnections',
    });
  });

  it('tells only so many at a time that the reserve of descriptors is not used up', () => {
    const full = { ...view, connections: 100 };

    expect(admit({ ...full, refusing: 32 })).toMatchObject({ verdict: 'drop' });
    expect(admit({ ...full, refusing: 4, descriptorReserve: 8 })).toMatchObject({
      verdict: 'drop',
    });
  });

  it('refuses whoever comes while it is offline, and tells it', () => {
    expect(admit({ ...view, isOffline: true })).toMatchObject({ verdict: 'refuse' });
  });

  it('drops whatever still comes in when it listens no more', () => {
    expect(admit({ ...view, isListening: false })).toEqual({ verdict: 'drop', cause: 'draining' });
  });
});

describe('the number of connections', () => {
  const demand = { maxConnections: 960, maxHandshakes: 0, reserve: 64 };

  it('is as configured where the descriptors allow it', () => {
    const asWished = { maxConnections: 960, maxHandshakes: 0, warning: undefined };

    expect(limitConnections(demand, limits)).toEqual(asWished);
    expect(limitConnections(demand, { ...limits, maxDescriptors: undefined })).toEqual(asWished);
    expect(limitConnections(demand, { ...limits, maxDescriptors: Infinity })).toEqual(asWished);
  });

  it('is lowered to what they allow, and says so', () => {
    const limit = limitConnections({ ...demand, maxConnections: 10_000 }, limits);

    expect(limit.maxConnections).toBe(960);
    expect(limit.warning).toMatchObject({ code: 'DESCRIPTOR_LIMIT' });
    expect(limit.warning!.message).toMatch(/960 instead of 10000.*1024 files.*64 are kept/);
  });

  it('leaves room for TLS handshakes, at most half of what there is', () => {
    const limit = limitConnections({ ...demand, maxHandshakes: 512 }, limits);
    const scarce = limitConnections(
      { ...demand, maxHandshakes: 512 },
      { ...limits, maxDescriptors: 164 },
    );

    expect(limit).toMatchObject({ maxConnections: 480, maxHandshakes: 480 });
    expect(limit.warning!.message).toContain('480 are for TLS handshakes');
    expect(scarce).toMatchObject({ maxConnections: 50, maxHandshakes: 50 });
  });

  it('is never zero', () => {
    expect(limitConnections(demand, { ...limits, maxDescriptors: 20 }).maxConnections).toBe(1);
  });
});

describe('warnings about listening', () => {
  const codesFor = (addresses: string[], backlog = 100) =>
    listenWarnings(addresses, backlog, limits).map(({ code }) => code);

  it('are none for what works as configured', () => {
    expect(codesFor(['tcp://0.0.0.0:4000', 'unix:/run/x.sock'])).toEqual([]);
  });

  it('tell of a backlog that the system cuts', () => {
    expect(codesFor(['tcp://0.0.0.0:4000'], 511)).toEqual(['BACKLOG_LIMIT']);
  });

  it('tell of a port that the system may hand out', () => {
    expect(codesFor(['tcp://0.0.0.0:50000', 'tls://[::]:50001'])).toEqual([
      'EPHEMERAL_PORT',
      'EPHEMERAL_PORT',
    ]);
  });

  it('do not tell of one that is reserved, or was left to the system', () => {
    expect(codesFor(['tcp://0.0.0.0:40005', 'tcp://0.0.0.0:0'])).toEqual([]);
  });
});
