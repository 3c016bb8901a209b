import { describe, expect, it } from 'vitest';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';

describe('what a pool is configured with reaches its connections', () => {
  it('metadata is told to the server', async () => {
    const stage = await PoolStage.ready({ metadata: { instance: 'gateway-1' } });
    const [connection] = stage.service().connections;
    expect(connection!.peer.metadata).toEqual({ instance: 'gateway-1' });
  });

  it('hooks make and read the packets', async () => {
    const hooks = {
      serialize: (packet: { data?: unknown }) => ({ ...packet, data: { wrapped: packet.data } }),
      deserialize: (value: unknown) => ({
        ...(value as object),
        response: `read ${JSON.stringify((value as { response: unknown }).response)}`,
      }),
    };
    const stage = await PoolStage.ready({ hooks }, { server: { hooks: {} } });
    const sink = stage.call({ payload: 7 });
    await stage.advance(1);
    expect([sink.values, sink.label]).toEqual([['read {"wrapped":7}'], 'complete']);
  });

  it('the nest-tcp dialect is spoken', async () => {
    const stage = await PoolStage.ready(
      { dialect: 'nest-tcp' },
      { server: { dialect: nestTcpDialect } },
    );
    const sinks = stage.calls(3, { payload: 'äöü' });
    await stage.settle();
    expect(sinks.map((sink) => sink.values)).toEqual(Array(3).fill(['äöü']));
    expect(stage.endpoint().connections[0]!.dialect).toBe('nest-tcp');
    await Promise.all([stage.pool.close(), stage.advance(2_000)]);
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it.each([
    ['message', { maxMessageBytes: 1_024 }, { payload: 'x'.repeat(2_000) }],
    ['pattern', { maxPatternBytes: 16 }, { pattern: 'x'.repeat(100) }],
    ['metadata', { maxMetadataBytes: 64 }, { metadata: { text: 'x'.repeat(100) } }],
  ])('a %s over its limit fails the call alone', async (_case, limits, request) => {
    const stage = await PoolStage.ready({ limits }, { server: {} });
    for (const service of [stage.service()]) {
      service.options = { ...service.options, limits: { ...service.options.limits, ...limits } };
    }
    stage.service().kill();
    await stage.advance(5_000);
    const [bad, good] = [stage.call(request), stage.call()];
    await stage.settle();
    expect([bad.label, good.label]).toEqual(['MESSAGE_TOO_LARGE no', 'complete']);
  });

  it('a reply that is begun and not finished ends the connection after messageTimeoutMs', async () => {
    const stage = await PoolStage.ready({ messageTimeoutMs: 800 });
    stage.service().hold();
    const sink = stage.call();
    await stage.settle();
    // A hundred bytes of a response are announced, and none of them comes.
    stage.service().links[0]!.write(Uint8Array.of(0, 0, 0, 100, 4));
    await stage.advance(799);
    expect(sink.label).toBe('open');
    await stage.advance(1);
    expect(sink.label).toBe('PROTOCOL_ERROR maybe');
    expect(sink.failure.message).toContain('800 ms');
  });

  it('a peer that falls silent is noticed by the heartbeat, and its calls are settled', async () => {
    const heartbeat = { intervalMs: 500, misses: 3 };
    const stage = await PoolStage.ready({ heartbeat }, { services: [A, B] });
    for (const address of [A, B]) stage.service(address).hold();
    const sinks = stage.calls(20);
    await stage.settle();
    const lost = stage.endpoint(A).inFlight;
    stage.network.pairs.find((pair) => pair.server.local === 'a:1')!.stall();
    await stage.advance(4 * 500);
    const labels = sinks.map((sink) => sink.label);
    expect(labels.filter((label) => label === 'HEARTBEAT_TIMEOUT maybe').length).toBe(lost);
    expect(stage.snapshot.closes.active.heartbeat).toBe(1);
  });

  it('without a heartbeat a silent peer stays', async () => {
    const stage = await PoolStage.ready({ heartbeat: false });
    stage.network.pairs[0]!.stall();
    await stage.advance(120_000);
    expect(stage.ready()).toBe(1);
  });
});
