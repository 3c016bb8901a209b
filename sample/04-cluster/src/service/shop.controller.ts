import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';

const WORK_MS = 5;

const instance = process.env.INSTANCE ?? 'shop';
let workMs = WORK_MS;

/** What the launcher does to this instance. */
export type Trouble = { readonly slowFactor: number } | { readonly hangMs: number };

/** Plain Nest handlers; each says which instance answered. */
@Controller()
export class ShopController {
  /** Asking twice does no harm. */
  @MessagePattern('shop.quote')
  async quote(@Payload() { id }: { id: number }): Promise<{ by: string; price: number }> {
    await work();
    return { by: instance, price: 100 + (id % 50) };
  }

  /** Paying twice does. */
  @MessagePattern('shop.pay')
  async pay(@Payload() { id }: { id: number }): Promise<{ by: string; receipt: string }> {
    await work();
    return { by: instance, receipt: `receipt-${id}` };
  }
}

/** Makes the instance slow, or lets its event loop stand still. */
export function suffer(trouble: Trouble): void {
  if ('slowFactor' in trouble) {
    workMs = WORK_MS * trouble.slowFactor;
    return;
  }
  const end = Date.now() + trouble.hangMs;
  while (Date.now() < end);
}

function work(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, workMs));
}
