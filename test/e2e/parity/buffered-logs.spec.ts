import { NestFactory } from '@nestjs/core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CollectingLogger } from './support/collecting-logger.js';
import type { ServerKind } from './support/pairings.js';
import { servers } from './support/pairings.js';
import { moduleOf } from './support/service.js';

let logger: CollectingLogger;

async function create(server: ServerKind, autoFlushLogs?: boolean) {
  const app = await NestFactory.createMicroservice(moduleOf({}), {
    ...server.microservice(),
    bufferLogs: true,
    ...(autoFlushLogs === undefined ? {} : { autoFlushLogs }),
    logger,
  });
  onTestFinished(async () => app.close());
  return app;
}

beforeEach(() => (logger = new CollectingLogger()));

describe.each(servers)('buffered logs of a microservice, $name', (server) => {
  it('are held back until init()', async () => {
    const app = await create(server);
    expect(logger.lines).toEqual([]);
    await app.init();

    expect(logger.lines).toContain('Starting Nest application...');
  });

  it('are held back until listen()', async () => {
    const app = await create(server);
    await app.listen();

    expect(logger.lines[0]).toBe('Starting Nest application...');
    expect(logger.lines).toContain('Nest microservice successfully started');
  });

  it('are held back until they are asked for when that is wished', async () => {
    const app = await create(server, false);
    await app.listen();
    expect(logger.lines).toEqual([]);
    app.flushLogs();

    expect(logger.lines).toContain('Starting Nest application...');
  });
});

describe.each(servers)('buffered logs of a hybrid application, $name', (server) => {
  it('are held back until init()', async () => {
    const app = await NestFactory.create(moduleOf({}), { bufferLogs: true, logger });
    onTestFinished(async () => app.close());
    app.connectMicroservice(server.microservice());
    expect(logger.lines).toEqual([]);
    await app.init();

    expect(logger.lines).toContain('Nest application successfully started');
  });
});
