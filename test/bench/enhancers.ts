import { Injectable } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common';
import type { Observable } from 'rxjs';

/**
 * One of each enhancer a real service has, as cheap as they get: the row measures Nest's way through them, not what
 * they do. Each counts its runs, so that a transport that goes around them is found out.
 */
export const enhancerRuns = { guard: 0, interceptor: 0, pipe: 0 };

@Injectable()
export class CountingGuard implements CanActivate {
  canActivate(): boolean {
    enhancerRuns.guard += 1;
    return true;
  }
}

@Injectable()
export class CountingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    enhancerRuns.interceptor += 1;
    return next.handle();
  }
}

@Injectable()
export class CountingPipe implements PipeTransform {
  transform(value: unknown): unknown {
    enhancerRuns.pipe += 1;
    return value;
  }
}
