import { beforeEach, describe, expect, it } from 'vitest';
import type { Acceptor } from '../../../lib/acceptor/acceptor.js';
import type { AcceptorEvents } from '../../../lib/acceptor/acceptor-events.js';
import { Emitter } from '../../../lib/common/emitter.js';
import { logAcceptor } from '../../../lib/server/acceptor-log.js';
import { BoundedLogger } from '../../../lib/server/bounded-logger.js';
import { ManualClock } from '../../support/manual-clock.js';

let clock: ManualClock;
let lines: string[];
let events: Emitter<AcceptorEvents>;
let logger: BoundedLogger;

const closed = (parts: Partial<AcceptorEvents['connectionClosed']>) => ({
  remote: '10.0.0.1:5',
  dialect: undefined,
  connectionId: undefined,
  reason: { by: 'peer', cause: 'ended' } as const,
  error: undefined,
  stoppedStreams: 0,
  ageMs: 1,
  ...parts,
});

beforeEach(() => {
  clock = new ManualClock();
  lines = [];
  const write = (level: string) => (text: unknown) => lines.push(`${level} ${String(text)}`);
  logger = new BoundedLogger(
    { log: write('log'), warn: write('warn'), debug: write('debug'), error: write('error') },
    clock,
  );
  events = new Emitter<AcceptorEvents>();
  logAcceptor(events as unknown as Acceptor, logger);
});

describe('the log of an acceptor', () => {
  it('tells where it listens, and what is not as configured', () => {
    events.emit('listening', { addresses: ['tcp://a:1', 'unix:/x'] });
    events.emit('warning', { code: 'BACKLOG_LIMIT', message: 'cut' });

    expect(lines).toEqual(['log listening at tcp://a:1, unix:/x', 'warn cut']);
  });

  it.each([
    [
      'connectionClosed',
      closed({
        reason: { by: 'us', cause: 'protocolError' },
        error: new Error('10.0.0.1:5 speaks HTTP'),
      }),
      'warn closed a connection: 10.0.0.1:5 speaks HTTP',
    ],
    [
      'connectionClosed',
      closed({ reason: { by: 'us', cause: 'protocolError' }, error: new Error('bad length') }),
      'warn closed a connection: 10.0.0.1:5: bad length',
    ],
    [
      'connectionClosed',
      closed({ reason: { by: 'us', cause: 'idle' } }),
      'debug a connection ended here: 10.0.0.1:5: idle',
    ],
    ['connectionClosed', closed({}), 'debug a connection ended there: 10.0.0.1:5: ended'],
    [
      'linkRefused',
      { remote: '10.0.0.1:5', cause: 'tooManyConnections', message: '1 of 1 connections' },
      'warn refused 10.0.0.1:5: 1 of 1 connections',
    ],
    [
      'linkFailed',
      { remote: '', error: new Error('EMFILE') },
      'warn a peer could not connect: EMFILE',
    ],
    [
      'messageFaulty',
      { remote: '10.0.0.1:5', error: new Error('no JSON') },
      'warn a message of 10.0.0.1:5 cannot be read: no JSON',
    ],
  ] as const)('has one line for each peer: %s', (name, payload, line) => {
    events.emit(name, payload as never);

    expect(lines).toEqual([line]);
  });

  it('tells of a drain that had something to do', () => {
    events.emit('draining', { connections: 0, timeoutMs: 10 });
    events.emit('closed', { stoppedStreams: 0 });
    events.emit('draining', { connections: 2, timeoutMs: 10 });
    events.emit('closed', { stoppedStreams: 1 });

    expect(lines).toHaveLength(2);
  });
});

describe('what peers can write into a log', () => {
  it('is bounded in number, and says how much was left out', () => {
    for (let count = 0; count < 1_000; count++)
      events.emit(
        'connectionClosed',
        closed({ reason: { by: 'us', cause: 'other' }, error: new Error('bad') }),
      );
    expect(lines).toHaveLength(100);
    clock.advance(10_000);
    logger.write('warn', 'again');

    expect(lines.at(-1)).toBe('warn again (900 lines before this one were left out)');
  });

  it('leaves no other level out', () => {
    for (let count = 0; count < 1_000; count++) logger.write('debug', 'gossip');
    logger.write('warn', 'fire');

    expect(lines.at(-1)).toBe('warn fire');
  });

  it('is one line of bounded length', () => {
    logger.write('warn', `a\nb\u0000c\u001b[31m${'x'.repeat(10_000)}`);

    expect(lines[0]).toMatch(/^warn a b c \[31mx+…$/u);
    expect(lines[0]!.length).toBeLessThan(320);
  });

  it('hands exceptions on as they are, a bounded number of them', () => {
    for (let count = 0; count < 1_000; count++) logger.error(new Error('broken'));

    expect(lines).toHaveLength(100);
    expect(lines[0]).toBe('error Error: broken');
  });
});
