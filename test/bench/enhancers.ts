import { Injectable } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';

/** One of each enhancer a real service has, as cheap as they get: the row measures Nest's path through them. */

@Injectable()
export class OrderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToRpc().getData<{ id: number }>().id > 0;
  }
}

@Injectable()
export class CheckedInterceptor implements NestInterceptor<object, object> {
  intercept(_context: ExecutionContext, next: CallHandler<object>): Observable<object> {
    return next.handle().pipe(map((reply) => ({ ...reply, checked: true })));
  }
}

@Injectable()
export class OrderPipe implements PipeTransform<{ quantity: number }> {
  transform(order: { quantity: number }): { quantity: number } {
    if (!Number.isInteger(order.quantity)) {
      throw new TypeError('quantity must be a whole number');
    }
    return order;
  }
}
