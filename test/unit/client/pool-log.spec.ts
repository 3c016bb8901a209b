import { describe, expect, it } from 'vitest';
import { logPool } from '../../../lib/client/pool-log.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordedPool } from '../../support/recorded-pool.js';

function make() {
  const recorded = new RecordedPool();
  const lines: string[] = [];
  const write = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  const logger = {
    log: write('log'),
    warn: write('warn'),
    debug: write('debug'),
    error: write('error'),
  };
  const clock = new ManualClock();
  const dispose = logPool(recorded.pool, logger, clock);
  return { emitter: recorded.emitter, lines, clock, dispose };
}

const connection = { pool: 'orders', endpoint: 'tcp://a:1', connectionId: 3 };

function connectFailed(failures: number, message = 'refused') {
  const error = new SocketPoolError('CONNECT_FAILED', message);
  return { pool: 'orders', endpoint: 'tcp://a:1', error, failures, retryInMs: 1_500.4 };
}

describe('the log of a pool', () => {
  it('has one line for each change, with the name of the pool', () => {
    const { emitter, lines } = make();
    emitter.emit('connectionOpened', { ...connection, connectMs: 1.4 });
    emitter.emit('connected', connection);
    emitter.emit('connectionDraining', {
      ...connection,
      goAwayReason: 1,
      message: 'shutting\ndown',
    });
    emitter.emit('connectionClosed', {
      ...connection,
      reason: { by: 'peer', cause: 'goAway' },
      error: undefined,
    });
    emitter.emit('disconnected', { pool: 'orders' });
    expect(lines).toEqual([
      'debug orders: connection to tcp://a:1 opened in 1 ms',
      'log orders: connected to tcp://a:1',
      'debug orders: connection to tcp://a:1 drains: shutting down',
      'debug orders: connection to tcp://a:1 closed by the peer: goAway',
      'log orders: no connection is ready any more',
    ]);
  });

  it('warns of connections that were lost, with the reason', () => {
    const { emitter, lines } = make();
    emitter.emit('connectionClosed', {
      ...connection,
      reason: { by: 'us', cause: 'heartbeat' },
      error: new SocketPoolError('HEARTBEAT_TIMEOUT', 'no answer to 3 heartbeats'),
    });
    expect(lines).toEqual([
      'warn orders: connection to tcp://a:1 closed here: no answer to 3 heartbeats',
    ]);
  });

  it('warns of an endpoint that is ejected, and tells when it is back', () => {
    const { emitter, lines } = make();
    const endpoint = { pool: 'orders', endpoint: 'tcp://a:1' };
    emitter.emit('ejected', { ...endpoint, cause: 'unanswered', count: 2, forMs: 5_000.4 });
    emitter.emit('readmitted', endpoint);
    expect(lines).toEqual([
      'warn orders: tcp://a:1 gets no calls: no answer several times in a row (ejection 2, for 5000 ms)',
      'log orders: tcp://a:1 works again, and gets its share of the calls',
    ]);
  });

  it('warns of calls that fail at once, and tells when they do not', () => {
    const { emitter, lines } = make();
    const circuit = { pool: 'orders', pattern: 'reports.get' };
    emitter.emit('circuitOpened', { ...circuit, forMs: 5_000.4 });
    emitter.emit('circuitClosed', circuit);
    expect(lines).toEqual([
      'warn orders: calls of reports.get fail at once for 5000 ms: too many failed',
      'log orders: calls of reports.get work again',
    ]);
  });

  it('takes few lines for a long outage', () => {
    const { emitter, lines } = make();
    for (let failures = 1; failures <= 1_000; failures++) {
      emitter.emit('connectFailed', connectFailed(failures));
    }
    expect(lines).toHaveLength(10);
    expect(lines[1]).toBe('warn orders: refused (attempt 2, the next in 1500 ms)');
  });

  it('is bounded in lines', () => {
    const { emitter, lines, clock } = make();
    for (let times = 0; times < 500; times++) emitter.emit('connectFailed', connectFailed(1));
    expect(lines).toHaveLength(20);
    clock.advance(10_000);
    emitter.emit('connected', connection);
    expect(lines.at(-1)).toContain('480 lines before this one were left out');
  });

  it('is bounded in the length of a line', () => {
    const { emitter, lines } = make();
    emitter.emit('connectFailed', connectFailed(1, `x\r\n${'y'.repeat(100_000)}`));
    expect(lines[0].length).toBeLessThan(400);
    expect(lines[0]).not.toMatch(/[\r\n]/);
  });

  it('ends when it is disposed', () => {
    const { emitter, lines, dispose } = make();
    dispose();
    emitter.emit('connected', connection);
    expect(lines).toEqual([]);
  });
});
