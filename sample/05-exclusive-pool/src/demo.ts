import type { PoolSnapshot } from 'nestjs-socket-pool';
import type { LegacyServer } from './legacy/legacy-server.js';
import { LegacyError } from './legacy/legacy-client.js';
import type { OrdersService } from './orders.service.js';

const CALLERS = 100;

/** Before Node 24 a reset that arrives together with bytes looks like an end. */
function brokenBy({ passive }: PoolSnapshot['closes']): number {
  return passive.reset + passive.ended;
}

function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise.then(() => undefined);
  } catch (error) {
    return error;
  }
}

/** Shows, one after the other, what an exclusive pool does for its callers; throws when it does not. */
export class Demo {
  constructor(
    private readonly orders: OrdersService,
    private readonly server: LegacyServer,
  ) {}

  async run(): Promise<void> {
    await this.showBounds();
    await this.showRefusal();
    await this.showLeak();
    await this.showBreakdown();
  }

  private async showBounds(): Promise<void> {
    const startedAt = performance.now();
    const ids = Array.from({ length: CALLERS }, (_, index) => index);
    const found = await Promise.all(ids.map((id) => this.orders.find(id)));
    const ms = Math.round(performance.now() - startedAt);
    const { mostAtOnce, violations } = this.server;
    console.log(
      `bounded: ${CALLERS} callers in ${ms} ms, at most ${mostAtOnce} questions at once, ${violations} on a busy connection`,
    );
    check(mostAtOnce <= 4 && violations === 0, 'the server was asked too much at once');
    check(
      found.every(({ id, total }, index) => id === index && total === id * 10),
      'wrong answer',
    );
    check((await this.orders.sum([1, 2, 3])) === 60, 'wrong sum');
  }

  private async showRefusal(): Promise<void> {
    const before = this.established;
    const error = await failureOf(this.orders.find(404));
    check(error instanceof LegacyError, 'the server did not refuse');
    console.log(
      `refused: "${(error as Error).message}", and the link is used on (${this.established - before} new ones)`,
    );
    check(this.established === before, 'a link was given away for nothing');
  }

  private async showLeak(): Promise<void> {
    const { pool } = this.orders;
    const leak = new Promise<string>((resolve) => {
      const dispose = pool.on('leaseLeaked', ({ stack }) => {
        dispose();
        resolve(stack);
      });
    });
    const forgotten = await this.forgetLease();
    const frames = (await leak).split('\n');
    console.log(`leaked:  a lease was taken ${frames[0]?.trim()}`);
    check(
      frames.some((frame) => frame.includes('forgetLease')),
      'the stack does not tell who took it',
    );
    await forgotten.release();
  }

  private forgetLease(): ReturnType<OrdersService['pool']['acquire']> {
    return this.orders.pool.acquire();
  }

  private async showBreakdown(): Promise<void> {
    const before = this.established;
    const error = await failureOf(this.orders.crash());
    check(error instanceof Error, 'the breakdown was not noticed');
    const { total } = await this.orders.find(7);
    check(total === 70, 'the next caller got a wrong answer');
    await Promise.all(Array.from({ length: 8 }, (_, id) => this.orders.find(id)));
    const { closes } = this.orders.pool.snapshot();
    console.log(
      `broken:  "${(error as Error).message}"; the next caller was answered, ${this.established - before} new link, ` +
        `${brokenBy(closes)} closed by the peer`,
    );
    check(brokenBy(closes) === 1, 'it was not counted');
  }

  private get established(): number {
    return this.orders.pool.snapshot().connects.established;
  }
}
