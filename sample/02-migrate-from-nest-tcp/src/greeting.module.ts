import { Controller, Module } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { of } from 'rxjs';

/** Handlers as they are in a service on Nest's TCP transport. They stay as they are. */
@Controller()
export class GreetingController {
  private readonly seen: string[] = [];

  @MessagePattern({ cmd: 'greet' })
  greet(@Payload() name: string): string {
    return `Hello, ${name}`;
  }

  @MessagePattern('count')
  count(@Payload() upTo: number): Observable<number> {
    return of(...Array.from({ length: upTo }, (_, index) => index + 1));
  }

  @EventPattern('seen')
  onSeen(@Payload() name: string): void {
    this.seen.push(name);
  }

  @MessagePattern('seen.list')
  list(): string[] {
    return this.seen;
  }
}

@Module({ controllers: [GreetingController] })
export class GreetingModule {}
