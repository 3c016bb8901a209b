import type {
  ArgumentMetadata,
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common';
import { Catch, Controller, Inject, Injectable } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { map, throwError } from 'rxjs';

/** What the enhancers of a test saw, in order. */
export class Trail {
  readonly steps: string[] = [];
}

@Injectable()
export class TrailGuard implements CanActivate {
  constructor(@Inject(Trail) private readonly trail: Trail) {}

  canActivate(context: ExecutionContext): boolean {
    const data: unknown = context.switchToRpc().getData();
    this.trail.steps.push(`guard of ${context.getType()} ${context.getHandler().name}`);
    return data !== 'forbidden';
  }
}

@Injectable()
export class TrailInterceptor implements NestInterceptor {
  constructor(@Inject(Trail) private readonly trail: Trail) {}

  intercept(_context: ExecutionContext, next: CallHandler) {
    this.trail.steps.push('before');
    return next.handle().pipe(
      map((value: unknown) => {
        this.trail.steps.push('after');
        return `[${String(value)}]`;
      }),
    );
  }
}

@Injectable()
export class TrailPipe implements PipeTransform {
  constructor(@Inject(Trail) private readonly trail: Trail) {}

  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    this.trail.steps.push(`pipe of ${type}`);
    return typeof value === 'string' ? value.trim() : value;
  }
}

@Catch()
export class TrailFilter implements ExceptionFilter<Error> {
  constructor(@Inject(Trail) private readonly trail: Trail) {}

  catch(exception: Error) {
    this.trail.steps.push('filter');
    return throwError(() => ({ filtered: exception.message }));
  }
}

@Controller()
export class GreetingController {
  @MessagePattern('greet')
  greet(@Payload() name: string): string {
    if (name === 'nobody') throw new Error('nobody is here');
    return `hello ${name}`;
  }
}

export const TRAIL_OF_A_CALL = ['guard of rpc greet', 'before', 'pipe of body', 'after'];
