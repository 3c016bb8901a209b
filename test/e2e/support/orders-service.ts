import type { AddressInfo, Server } from 'node:net';
import type { INestMicroservice, LoggerService, Type } from '@nestjs/common';
import { Controller, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { finalize, NEVER } from 'rxjs';
import { onTestFinished } from 'vitest';
import { SocketPoolServer } from '../../../lib/server/socket-pool-server.js';
import type { SocketPoolContext } from '../../../lib/server/socket-pool-context.js';
import type { SocketPoolServerOptions } from '../../../lib/server/server-options.js';

/** What the handlers saw; cleared with each service that is started. */
export const seen = {
  ended: [] as string[],
  events: [] as unknown[],
  produced: 0,
  waiting: 0,
  release: () => {},
};

@Controller()
export class OrdersController {
  @MessagePattern('echo')
  echo(@Payload() data: unknown, @Ctx() context: SocketPoolContext) {
    return { data, metadata: context.getMetadata() ?? null, remainingMs: context.remainingMs };
  }

  @MessagePattern({ cmd: 'sum' })
  sum(@Payload() numbers: number[]) {
    return numbers.reduce((total, next) => total + next, 0);
  }

  @MessagePattern('fail')
  fail() {
    throw new RpcException({ code: 'OUT_OF_STOCK', message: 'three left' });
  }

  @MessagePattern('never')
  never(@Payload() name: string) {
    seen.waiting += 1;
    return NEVER.pipe(finalize(() => seen.ended.push(name)));
  }

  /** Answers when the test says so. */
  @MessagePattern('wait')
  async wait() {
    seen.waiting += 1;
    await new Promise<void>((resolve) => (seen.release = resolve));
    return 'done';
  }

  @MessagePattern('count')
  async *count(@Payload() { to, bytes = 0 }: { to: number; bytes?: number }) {
    const text = 'x'.repeat(bytes);
    try {
      for (let value = 1; value <= to; value++) {
        seen.produced = value;
        yield bytes > 0 ? { value, text } : value;
        if (value % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      seen.ended.push('count');
    }
  }

  @EventPattern('placed')
  placed(@Payload() data: unknown, @Ctx() context: unknown) {
    const { metadata = null } = { metadata: (context as SocketPoolContext).getMetadata() };
    seen.events.push({ data, metadata });
  }
}

export interface OrdersService {
  readonly app: INestMicroservice;
  readonly port: number;
  /** `tcp://127.0.0.1:port`. */
  readonly address: string;
}

export interface OrdersOptions {
  readonly server?: SocketPoolServerOptions;
  readonly module?: object;
  readonly controllers?: Type[];
}

/** A service on a free port of loopback, or on one that is named; closed when the test is over. */
export async function startOrders(options: OrdersOptions = {}): Promise<OrdersService> {
  Object.assign(seen, { ended: [], events: [], produced: 0, waiting: 0, release: () => {} });
  const { server, controllers = [OrdersController] } = options;
  const module = options.module ?? { module: class OrdersModule {}, controllers };
  const strategy = new SocketPoolServer({ host: '127.0.0.1', port: 0, ...server });
  const settings = { strategy, logger: false, abortOnError: false } as const;
  const app = await NestFactory.createMicroservice(module as never, settings);
  onTestFinished(async () => app.close());
  await app.listen();
  const { port } = app.unwrap<Server>().address() as AddressInfo;
  return { app, port, address: `tcp://127.0.0.1:${port}` };
}

/** Collects what is logged through Nest, level by level, until the test is over. */
export function collectLog(): { readonly lines: string[]; readonly logger: LoggerService } {
  const lines: string[] = [];
  const write = (level: string) => (message: unknown) =>
    void lines.push(`${level} ${String(message)}`);
  const logger: LoggerService = {
    log: write('log'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
  };
  Logger.overrideLogger(logger);
  onTestFinished(() => Logger.overrideLogger(false));
  return { lines, logger };
}

/** What keeps the process alive for the sake of sockets. */
export function socketHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
}
