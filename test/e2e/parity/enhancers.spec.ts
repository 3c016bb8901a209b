import { Controller, UseFilters, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { range } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, replies, reply } from './support/calls.js';
import {
  GreetingController,
  Trail,
  TRAIL_OF_A_CALL,
  TrailFilter,
  TrailGuard,
  TrailInterceptor,
  TrailPipe,
} from './support/enhancers.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

@UseGuards(TrailGuard)
@UseInterceptors(TrailInterceptor)
@UsePipes(TrailPipe)
@UseFilters(TrailFilter)
@Controller()
class EnhancedController extends GreetingController {
  @MessagePattern('greet')
  override greet(@Payload() name: string) {
    return super.greet(name);
  }

  @MessagePattern('count')
  count(@Payload() length: number) {
    return range(1, length);
  }
}

@Controller()
class PartlyEnhancedController {
  @UseGuards(TrailGuard)
  @MessagePattern('guarded')
  guarded() {
    return 'passed';
  }

  @MessagePattern('trimmed')
  trimmed(@Payload(TrailPipe) text: string) {
    return text;
  }
}

const trail = new Trail();
const parts = {
  controllers: [EnhancedController, PartlyEnhancedController],
  providers: [{ provide: Trail, useValue: trail }],
};

beforeEach(() => (trail.steps.length = 0));

describe.each(pairings)('enhancers of a controller, $name', (pairing) => {
  it('surround a handler in the order of Nest', async () => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send('greet', ' мир '))).toEqual(['[hello мир]']);
    expect(trail.steps).toEqual(TRAIL_OF_A_CALL);
  });

  it('see every value of a stream', async () => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send('count', 3))).toEqual(['[1]', '[2]', '[3]']);
  });

  it.each([
    ['a guard that refuses', 'forbidden', 'Forbidden resource'],
    ['a handler that throws', 'nobody', 'nobody is here'],
  ])('turn into a filtered error: %s', async (_, name, message) => {
    const { client } = await converse(pairing, parts);

    expect(await failure(client.send('greet', name))).toEqual({ filtered: message });
    expect(trail.steps.at(-1)).toBe('filter');
  });
});

describe.each(pairings)('enhancers of a handler, $name', (pairing) => {
  it('refuse with the stock error when there is no filter', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('guarded', 'me'))).toBe('passed');
    expect(await failure(client.send('guarded', 'forbidden'))).toEqual({
      status: 'error',
      message: 'Forbidden resource',
    });
  });

  it('may be a pipe of one parameter', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('trimmed', '  🌍 '))).toBe('🌍');
  });
});
