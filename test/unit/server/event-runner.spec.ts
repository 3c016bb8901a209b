import type { MessageHandler } from '@nestjs/microservices';
import { NEVER, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../lib/acceptor/acceptor-handler.js';
import { EventRunner } from '../../../lib/server/event-runner.js';
import type { ProcessingSpan } from '../../../lib/server/processing-span.js';
import { RouteTable } from '../../../lib/server/route-table.js';
import type { SocketPoolContext } from '../../../lib/server/socket-pool-context.js';
import { eventFrame } from '../../support/scripted-client.js';

const PEER = {
  address: '10.0.0.1:50000',
  host: '10.0.0.1',
  dialect: 'binary',
  peerName: undefined,
  metadata: undefined,
} as const;

class EventStub implements IncomingEvent {
  readonly peer = PEER;
  readonly deadlineAt = Infinity;
  readonly frame;
  tally: undefined;
  dones: boolean[] = [];
  stop: () => void = () => undefined;

  get isDone(): boolean {
    return this.dones.length > 0;
  }

  constructor(pattern: string) {
    this.frame = eventFrame(1, { pattern, payload: 7, metadata: { trace: 'x' } });
  }

  whenStopped(callback: () => void): void {
    this.stop = callback;
  }

  done(hasFailed = false): void {
    this.dones.push(hasFailed);
  }
}

async function run(
  handler: (data: unknown, context: SocketPoolContext) => unknown,
  { pattern = 'event', span }: { pattern?: string; span?: ProcessingSpan } = {},
) {
  const errors: unknown[] = [];
  const routes = new RouteTable((asked) =>
    asked === 'event' ? (handler as unknown as MessageHandler) : null,
  );
  const runner = new EventRunner(routes, () => span, { error: (error) => errors.push(error) });
  const event = new EventStub(pattern);
  runner.run(event);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  return { event, errors };
}

describe('an event', () => {
  it('is handled with data and context', async () => {
    const seen: unknown[] = [];
    await run((data, context) => {
      seen.push(data, context.getPattern(), context.getMetadata(), context.getPeer());
    });

    expect(seen).toEqual([7, 'event', { trace: 'x' }, PEER]);
  });

  it.each([
    ['a value', () => 1],
    ['a promise', async () => Promise.resolve()],
    ['an Observable that ends', () => of(1, 2)],
    ['a promise of one', async () => Promise.resolve(of(1, 2))],
  ])('is done when its handler is: %s', async (_, handler) => {
    const { event, errors } = await run(handler);

    expect(event.dones).toEqual([false]);
    expect(errors).toEqual([]);
  });

  it('is in work until its Observable has ended', async () => {
    const source = new Subject<void>();
    const { event } = await run(() => source);
    expect(event.dones).toEqual([]);
    source.complete();

    expect(event.dones).toEqual([false]);
  });

  it('is ended with the service, when it does not end by itself', async () => {
    const signals: AbortSignal[] = [];
    const { event } = await run((_data, context) => {
      signals.push(context.signal);
      return NEVER;
    });
    event.stop();

    expect(event.dones).toEqual([false]);
  });

  it('that nobody handles costs a line', async () => {
    const { event, errors } = await run(() => 1, { pattern: 'unknown' });

    expect(event.dones).toEqual([false]);
    expect(errors).toEqual([
      'There is no matching event handler defined in the remote service. Event pattern: unknown',
    ]);
  });
});

describe('an event whose handler fails', () => {
  it('within its filters is of no further interest', async () => {
    const { event, errors } = await run(() => throwError(() => ({ status: 'error' })));

    expect(event.dones).toEqual([true]);
    expect(errors).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('broken'))],
  ])('around its filters (%s) is logged', async (_, handler) => {
    const { event, errors } = await run(handler);

    expect(event.dones).toEqual([true]);
    expect(errors).toEqual([new Error('broken')]);
  });
});

describe('processing hooks of an event', () => {
  const hooked = () => {
    const steps: string[] = [];
    const span: ProcessingSpan = async (_context, begin) => {
      steps.push('start');
      await begin(() => steps.push('end'));
    };
    return { steps, span };
  };

  it.each([
    ['a value', () => 1],
    ['an Observable', () => of(1, 2)],
    ['an Observable that errors', () => throwError(() => 'no')],
    [
      'an error around the filters',
      () => {
        throw new Error('no');
      },
    ],
  ])('run once around %s', async (_, handler) => {
    const { steps, span } = hooked();
    const { event } = await run(handler, { span });

    expect(steps).toEqual(['start', 'end']);
    expect(event.dones).toHaveLength(1);
  });

  it('that throw are logged', async () => {
    const { event, errors } = await run(() => 1, {
      span: async () => Promise.reject(new Error('broken hook')),
    });

    expect(event.dones).toEqual([true]);
    expect(errors).toEqual([new Error('broken hook')]);
  });
});
