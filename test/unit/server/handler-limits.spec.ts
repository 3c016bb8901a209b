import 'reflect-metadata';
import type { MessageHandler } from '@nestjs/microservices';
import { MessagePattern } from '@nestjs/microservices';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { describe, expect, it } from 'vitest';
import { HandlerLimits } from '../../../lib/server/handler-limits.js';
import { MaxConcurrency } from '../../../lib/server/max-concurrency.decorator.js';
import { ManualClock } from '../../support/manual-clock.js';

const extrasOf = (method: object): unknown =>
  Reflect.getMetadata(PATTERN_EXTRAS_METADATA, method) as unknown;

function handlerWith(extras: Record<string, unknown>): MessageHandler {
  return Object.assign(() => Promise.resolve(1), { extras }) as unknown as MessageHandler;
}

describe('@MaxConcurrency()', () => {
  class Controller {
    @MaxConcurrency(4, { maxQueued: 16 })
    @MessagePattern('above', { own: 1 })
    above(_data: unknown) {}

    @MessagePattern('below', { own: 1 })
    @MaxConcurrency(4, { maxQueued: 16 })
    below(_data: unknown) {}
  }

  it.each(['above', 'below'] as const)('stands %s the pattern, beside its extras', (name) => {
    expect(extrasOf(Controller.prototype[name])).toEqual({
      own: 1,
      maxConcurrency: { limit: 4, maxQueued: 16, maxQueueMs: 100, retryAfterMs: 100 },
    });
  });

  it('refuses what is out of range, at once', () => {
    const make = () => MaxConcurrency(0, { maxQueued: -1 });
    expect(make).toThrow(/limit: 0 is not(.|\n)*maxQueued: -1 is not/);
  });
});

describe('the limits of handlers', () => {
  const limits = () => new HandlerLimits(new ManualClock());

  it('are not asked for where nobody has one', () => {
    const some = limits();
    some.add(handlerWith({}), 'plain', false);
    expect(some.isUsed).toBe(false);
  });

  it('may be a number, and are those of one handler then', () => {
    const some = limits();
    const [first, second, other] = [1, 2, 3].map(() => handlerWith({ maxConcurrency: 2 }));
    some.add(first!, 'a', false);
    some.add(second!, 'b', false);
    expect(some.gateOf(first!)).toBeDefined();
    expect(some.gateOf(first!)).not.toBe(some.gateOf(second!));
    expect(some.gateOf(other!)).toBeUndefined();
  });

  it('are shared by the patterns of one method', () => {
    const some = limits();
    const maxConcurrency = { limit: 2 };
    const [first, second] = [handlerWith({ maxConcurrency }), handlerWith({ maxConcurrency })];
    some.add(first, 'a', false);
    some.add(second, 'b', false);
    expect(some.gateOf(first)).toBe(some.gateOf(second));
  });

  it.each([
    ['cannot be read', { maxConcurrency: 'many' }, false, /handler of a:(.|\n)*limit: 'many'/],
    ['are unknown', { maxConcurrency: { limit: 1, queue: 2 } }, false, /queue/],
    ['are those of an event', { maxConcurrency: 2 }, true, /would be lost/],
  ])('that %s are refused', (_, extras, isEvent, message) => {
    expect(() => limits().add(handlerWith(extras), 'a', isEvent)).toThrow(message);
  });
});
