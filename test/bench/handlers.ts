import { Controller, Module, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { map, range } from 'rxjs';
import type { Observable } from 'rxjs';
import { CountingGuard, CountingInterceptor, CountingPipe, enhancerRuns } from './enhancers.js';
import type { PatternKind } from './row.js';

export type HandlerName = 'echo' | 'enhanced' | 'enhancer-runs' | 'items' | 'tick' | 'delivered';

/** How a client of the given kind names a handler below. */
export function patternOf(handler: HandlerName, kind: PatternKind): string | { cmd: string } {
  return kind === 'string' ? handler : { cmd: handler };
}

/** The Nest service under load: the same class behind every transport. */
@Controller()
export class BenchController {
  /** Events that reached the handler since the process started. */
  delivered = 0;

  // Written as in Nest's introduction to microservices. `@Payload()` would add Nest's pipes to every call,
  // at the same price for every transport.
  @MessagePattern(['echo', { cmd: 'echo' }])
  echo(payload: unknown): unknown {
    return payload;
  }

  @UseGuards(CountingGuard)
  @UseInterceptors(CountingInterceptor)
  @UsePipes(CountingPipe)
  @MessagePattern(['enhanced', { cmd: 'enhanced' }])
  enhanced(@Payload() order: unknown): unknown {
    return order;
  }

  @MessagePattern('enhancer-runs')
  countEnhancerRuns(): typeof enhancerRuns {
    return enhancerRuns;
  }

  @MessagePattern(['items', { cmd: 'items' }])
  items(request: { count: number }): Observable<object> {
    return range(0, request.count).pipe(map((id) => ({ id, sku: 'A-1042' })));
  }

  @EventPattern(['tick', { cmd: 'tick' }])
  tick(): void {
    this.delivered += 1;
  }

  @MessagePattern(['delivered', { cmd: 'delivered' }])
  countDelivered(): number {
    return this.delivered;
  }
}

@Module({ controllers: [BenchController] })
export class BenchModule {}
