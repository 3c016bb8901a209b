import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../lib/common/options.js';
import { connectionOptionTable } from '../../../lib/connection/connection-options.js';
import type { PeerCondition } from '../../../lib/connection/peer-condition.js';
import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import type { Dialer, Link } from '../../../lib/link/link.js';
import type { CloseReason } from '../../../lib/pool/failure-cause.js';
import type { PooledConnectionOwner } from '../../../lib/pool/pooled-connection.js';
import { PooledConnection } from '../../../lib/pool/pooled-connection.js';
import { binaryDialect } from '../../../lib/protocol/binary/binary-dialect.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryNetwork } from '../../support/memory-network.js';
import { A } from '../../support/pool-stage.js';
import { TestService } from '../../support/test-service.js';

class OwnerRecorder implements PooledConnectionOwner {
  readonly failures: SocketPoolError[] = [];
  readonly closes: CloseReason[] = [];
  readonly conditions: string[] = [];
  established = 0;
  drains = 0;

  onEstablished(): void {
    this.established++;
  }

  onEstablishFailed(_pooled: PooledConnection, error: SocketPoolError): void {
    this.failures.push(error);
  }

  onDraining(): void {
    this.drains++;
  }

  onCondition(_pooled: PooledConnection, { kind }: PeerCondition): void {
    this.conditions.push(kind);
  }

  onClosed(_pooled: PooledConnection, reason: CloseReason): void {
    this.closes.push(reason);
  }
}

async function makeConnection(dialOf?: (network: MemoryNetwork) => Dialer['dial']) {
  const clock = new ManualClock();
  const network = new MemoryNetwork(clock);
  const service = new TestService(network.listener(A), clock);
  await service.listen();
  const owner = new OwnerRecorder();
  const dial = dialOf?.(network) ?? ((signal) => network.dialer(A).dial(signal));
  const pooled = new PooledConnection(
    {
      dialer: { address: A, dial },
      clock,
      connectTimeoutMs: 1_000,
      lifetimeMs: 60_000,
      connection: {
        ...resolveOptions(connectionOptionTable, { heartbeat: false }, []),
        dialect: binaryDialect,
        clock,
        metadata: undefined,
        loopLagMs: () => 0,
      },
    },
    owner,
  );
  pooled.start();
  return { clock, network, service, owner, pooled };
}

describe('a connection of a pool', () => {
  it('is established by link and handshake together', async () => {
    const { clock, owner, pooled } = await makeConnection();
    expect([pooled.isConnecting, pooled.isReady]).toEqual([true, false]);
    await clock.settle();
    expect([pooled.isConnecting, pooled.isReady, owner.established]).toEqual([false, true, 1]);
    expect(clock.timerCount).toBe(0);
  });

  it('that is being dialed is given up after the timeout, and a link that comes late is closed', async () => {
    let arrive: (link: Link) => void = () => undefined;
    const { clock, network, owner } = await makeConnection(
      () => () => new Promise((resolve) => (arrive = resolve)),
    );
    await clock.advanceAsync(1_000);
    expect(owner.failures.map((error) => error.code)).toEqual(['CONNECT_TIMEOUT']);
    arrive(await dialNow(network, clock));
    await clock.settle();
    expect([network.openPairs.length, owner.established, clock.timerCount]).toEqual([0, 0, 0]);
  });

  it('fails when its dialer throws at once, or fails with anything', async () => {
    const thrown = await makeConnection(() => () => {
      throw new Error('out of descriptors');
    });
    const rejected = await makeConnection(() => () => Promise.reject(new TypeError('odd')));
    await Promise.all([thrown.clock.settle(), rejected.clock.settle()]);
    for (const { owner, clock } of [thrown, rejected]) {
      expect(owner.failures.map((error) => error.code)).toEqual(['CONNECT_FAILED']);
      expect(clock.timerCount).toBe(0);
    }
  });

  it.each(['stall', 'silent end', 'reset'] as const)(
    'whose peer answers the hello with %s fails, once',
    async (how) => {
      const { clock, network, owner } = await makeConnection();
      network.onPair = (pair) => {
        pair.toClient.stall();
        if (how !== 'stall')
          clock.afterTurn(() => (how === 'reset' ? pair.server.reset() : pair.server.end()));
        if (how !== 'stall') clock.afterTurn(() => pair.flow());
      };
      await clock.advanceAsync(2_000);
      expect(owner.failures.length).toBe(1);
      expect(owner.failures[0]!.code).toBe(how === 'stall' ? 'CONNECT_TIMEOUT' : 'CONNECT_FAILED');
      expect([owner.established, owner.closes.length, clock.timerCount]).toEqual([0, 0, 0]);
    },
  );

  it('that is abandoned or drained while it connects says so once, and lets go', async () => {
    const { clock, network, owner, pooled } = await makeConnection();
    pooled.drain('shutdown');
    pooled.destroy('shutdown');
    pooled.abandon();
    await clock.advanceAsync(2_000);
    expect(owner.failures.map((error) => error.code)).toEqual(['POOL_CLOSED']);
    expect([network.openPairs.length, clock.timerCount]).toEqual([0, 0]);
  });

  it('says who closed it, and the first reason counts', async () => {
    const { clock, owner, pooled } = await makeConnection();
    await clock.settle();
    pooled.drain('lifetime');
    pooled.drain('shutdown');
    await clock.advanceAsync(2_000);
    expect([owner.drains, owner.closes]).toEqual([1, [{ by: 'us', cause: 'lifetime' }]]);
  });

  it('says that it was the peer, and whether that was announced', async () => {
    const [cut, sentAway] = [await makeConnection(), await makeConnection()];
    await Promise.all([cut.clock.settle(), sentAway.clock.settle()]);
    cut.network.pairs[0]!.reset();
    sentAway.service.goAway();
    await Promise.all([cut.clock.advanceAsync(2_000), sentAway.clock.advanceAsync(2_000)]);
    expect(cut.owner.closes).toEqual([{ by: 'peer', cause: 'reset' }]);
    expect(sentAway.owner.closes).toEqual([{ by: 'peer', cause: 'goAway' }]);
  });

  it('grows old from its establishment on', async () => {
    const { clock, pooled } = await makeConnection();
    expect(pooled.isExpired(clock.now() + 1e9)).toBe(false);
    await clock.settle();
    const now = clock.now();
    expect([pooled.isExpired(now + 59_999), pooled.isExpired(now + 60_000)]).toEqual([false, true]);
  });
});

async function dialNow(network: MemoryNetwork, clock: ManualClock): Promise<Link> {
  const dialing = network.dialer(A).dial(new AbortController().signal);
  await clock.settle();
  return dialing;
}
