import { Controller, Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import type { RequestContext } from '@nestjs/microservices';
import {
  CONTEXT,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
} from '@nestjs/microservices';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, reply, until } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

let made = 0;
const heard: number[] = [];

@Injectable({ scope: Scope.REQUEST })
class Visit {
  readonly number = (made += 1);
}

@Controller({ scope: Scope.REQUEST })
class ScopedController {
  constructor(
    @Inject(Visit) private readonly visit: Visit,
    @Inject(REQUEST) private readonly request: RequestContext,
    @Inject(CONTEXT) private readonly context: RequestContext,
  ) {}

  @MessagePattern('visit')
  async number() {
    await Promise.resolve();
    return this.visit.number;
  }

  @MessagePattern('request')
  describe(@Payload() data: unknown) {
    return {
      sameData: this.request.getData() === data,
      pattern: this.request.getPattern() as unknown,
      isOneRequest: this.context === this.request,
    };
  }

  @MessagePattern('fails')
  fails() {
    throw new RpcException(`visit ${this.visit.number}`);
  }

  @EventPattern('event')
  event(_data: unknown) {
    heard.push(this.visit.number);
  }
}

const parts = { controllers: [ScopedController], providers: [Visit] };

beforeEach(() => {
  made = 0;
  heard.length = 0;
});

describe.each(pairings)('request-scoped controllers, $name', (pairing) => {
  it('are made anew for each request, also for concurrent ones', async () => {
    const { client } = await converse(pairing, parts);
    const calls = Array.from({ length: 20 }, () => reply(client.send<number>('visit', {})));

    expect(new Set(await Promise.all(calls)).size).toBe(20);
    expect(made).toBe(20);
  });

  it('are given the request', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('request', { of: 'you' }))).toEqual({
      sameData: true,
      pattern: 'request',
      isOneRequest: true,
    });
  });

  it('deliver their errors', async () => {
    const { client } = await converse(pairing, parts);

    expect(await failure(client.send('fails', {}))).toEqual({
      status: 'error',
      message: 'visit 1',
    });
  });

  it('are made anew for each event', async () => {
    const { client } = await converse(pairing, parts);
    client.emit('event', {});
    client.emit('event', {});
    await until(() => heard.length === 2);

    expect(new Set(heard)).toEqual(new Set([1, 2]));
  });
});
