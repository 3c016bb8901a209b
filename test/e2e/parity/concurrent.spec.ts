import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { firstValueFrom, map, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reply, until } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse, createClient, startService } from './support/service.js';

const gates = new Map<string, Subject<void>>();

@Controller()
class GateController {
  @MessagePattern('wait')
  async wait(@Payload() name: string) {
    const gate = new Subject<void>();
    gates.set(name, gate);
    return firstValueFrom(gate.pipe(map(() => `passed ${name}`)));
  }

  @MessagePattern('double')
  async double(@Payload() value: number) {
    await Promise.resolve();
    return value * 2;
  }
}

const parts = { controllers: [GateController] };

function open(name: string): void {
  gates.get(name)?.next();
}

describe.each(pairings)('concurrent requests, $name', (pairing) => {
  it('complete in the order of the service, not of the caller', async () => {
    const { client } = await converse(pairing, parts);
    const order: string[] = [];
    const names = ['a', 'b', 'c'];
    gates.clear();
    const calls = names.map(async (name) => order.push(await reply(client.send('wait', name))));
    await until(() => gates.size === 3);

    for (const [index, name] of ['c', 'a', 'b'].entries()) {
      open(name);
      await until(() => order.length === index + 1);
    }
    await Promise.all(calls);

    expect(order).toEqual(['passed c', 'passed a', 'passed b']);
  });

  it('do not wait for a slow one', async () => {
    const { client } = await converse(pairing, parts);
    gates.clear();
    const slow = reply(client.send('wait', 'slow'));
    await until(() => gates.has('slow'));

    expect(await reply(client.send('double', 21))).toBe(42);
    open('slow');
    expect(await slow).toBe('passed slow');
  });

  it('each get their own answer when many leave in one turn', async () => {
    const { client } = await converse(pairing, parts);
    const values = Array.from({ length: 1_000 }, (_, index) => index);
    const calls = values.map((value) => reply(client.send<number>('double', value)));

    expect(await Promise.all(calls)).toEqual(values.map((value) => value * 2));
  });

  it('of several clients do not meet', async () => {
    const { port } = await startService(pairing.server, parts);
    const clients = Array.from({ length: 4 }, () => createClient(pairing.client, { port }));
    const values = Array.from({ length: 200 }, (_, index) => index);
    const calls = values.map((value) =>
      reply(clients[value % clients.length].send<number>('double', value)),
    );

    expect(await Promise.all(calls)).toEqual(values.map((value) => value * 2));
  });
});
