import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientProxy } from '@nestjs/microservices';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { from, lastValueFrom, map, reduce } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LIMIT_MS, until } from './support/calls.js';
import type { Pairing } from './support/pairings.js';
import { pairings } from './support/pairings.js';
import { portOf } from './support/service.js';

let notified: number[] = [];
const sum = (numbers: number[]) => numbers.reduce((total, next) => total + next, 0);

/** Asks itself over the transport, for what it was asked over HTTP. */
@Controller()
class HybridController {
  constructor(@Inject('SELF') private readonly self: { client: ClientProxy }) {}

  @Post('ask')
  @HttpCode(200)
  ask(@Query('command') cmd: string, @Body() numbers: number[]) {
    return this.self.client.send<number>({ cmd }, numbers);
  }

  @Post('concurrent')
  @HttpCode(200)
  async concurrent(@Body() lists: number[][]) {
    const calls = lists.map((list) => lastValueFrom(this.self.client.send({ cmd: 'sum' }, list)));
    return (await Promise.all(calls)).every((answer, index) => answer === sum(lists[index]));
  }

  @Post('stream')
  @HttpCode(200)
  stream(@Body() numbers: number[]) {
    const values = this.self.client.send<number>({ cmd: 'stream' }, numbers);
    return values.pipe(reduce((total, next) => total + next));
  }

  @Post('notify')
  @HttpCode(202)
  notify(@Body() numbers: number[]) {
    return this.self.client.emit('notification', numbers);
  }

  @MessagePattern({ cmd: 'sum' })
  sum(numbers: number[]) {
    return sum(numbers);
  }

  @MessagePattern({ cmd: 'stream' })
  numbers(numbers: number[]) {
    return from(numbers).pipe(map(Number));
  }

  @EventPattern('notification')
  hear(numbers: number[]) {
    notified = numbers;
  }
}

async function startHybrid({ server, client: kind }: Pairing): Promise<string> {
  const self: { client?: ClientProxy } = {};
  const module = {
    module: class Hybrid {},
    controllers: [HybridController],
    providers: [{ provide: 'SELF', useValue: self }],
  };
  const app = await NestFactory.create(module, { logger: false, abortOnError: false });
  onTestFinished(async () => {
    await self.client?.close();
    await app.close();
  });
  const service = app.connectMicroservice(server.microservice());
  await app.startAllMicroservices();
  self.client = new kind.type(kind.options({ port: portOf(service) }));
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

async function post(url: string, body: unknown): Promise<[number, string]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return [response.status, await response.text()];
}

describe.each(pairings)('a hybrid application, $name', (pairing) => {
  it('answers over HTTP what it asks over the transport', async () => {
    const url = await startHybrid(pairing);
    const lists = Array.from({ length: 10 }, (_, index) => [index, index + 1, index + 2]);

    expect(await post(`${url}/ask?command=sum`, [1, 2, 3, 4, 5])).toEqual([200, '15']);
    expect(await post(`${url}/ask?command=unknown`, [1])).toMatchObject([500, expect.any(String)]);
    expect(await post(`${url}/concurrent`, lists)).toEqual([200, 'true']);
    expect(await post(`${url}/stream`, [1, 2, 3])).toEqual([200, '6']);
  });

  it('hears the events that it emits', async () => {
    notified = [];
    const url = await startHybrid(pairing);

    expect((await post(`${url}/notify`, [1, 2]))[0]).toBe(202);
    await until(() => notified.length > 0);
    expect(notified).toEqual([1, 2]);
  });
});
