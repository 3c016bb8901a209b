/** How soon the management port answers while the service is stuck, for each way to be stuck and each route. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promiseOf, quantile } from './table.mjs';

const FIXTURE = fileURLToPath(
  new URL('../../integration/management/fixtures/managed-service.mjs', import.meta.url),
);
const TOKEN = 'a-token-for-benchmarks';
const LIVE_STUCK_MS = 1_000;
const WAYS = ['loop', 'regex', 'atomics', 'microtasks', 'file', 'child'];
const ROUTES = [
  ...['/health', '/health/live', '/health/ready', '/health/startup', '/metrics', '/', '/lifecycle'],
  ...['/pools', '/servers', '/connections', '/diagnostics/incidents', '/diagnostics/events'],
  ...['/diagnostics/advice', '/diagnostics/heap'],
];
/** As was promised, in ms. */
const PROMISED = {
  median: 100,
  worst: 250,
  stack: 1_100,
  live: LIVE_STUCK_MS + 100,
  offline: 1_500,
};
/** More than all questions take together. */
const STUCK_MS = 120_000;

/** One row for each way and route, and one for what else was promised of each way. */
export async function measureStuckRoutes({ questions }) {
  const rows = [];
  for (const way of WAYS) rows.push(...(await measureWay(way, questions)));
  return rows;
}

async function measureWay(way, questions) {
  const service = await Service.start();
  try {
    const blockedAt = await service.block(way);
    const rows = [await liveRow(service, way, blockedAt)];
    for (const route of ROUTES) rows.push(await routeRow(service, way, route, questions));
    rows.push(await stackRow(service, way), await offlineRow(service, way));
    return rows;
  } finally {
    service.stop();
  }
}

const row = (way, measured, [median, worst], isKept) => ({
  ...{ way, measured, median, worst, promise: promiseOf(isKept) },
});

async function liveRow(service, way, blockedAt) {
  for (;;) {
    const { status, answeredAt } = await service.ask('/health/live');
    const sinceMs = answeredAt - blockedAt;
    if (status === 503)
      return row(way, 'live is 503, since the block', [sinceMs, sinceMs], sinceMs < PROMISED.live);
    await sleep(5);
  }
}

async function routeRow(service, way, route, questions) {
  const times = [];
  for (let count = 0; count < questions; count++) times.push((await service.ask(route)).tookMs);
  const [median, worst] = [quantile(times, 0.5), Math.max(...times)];
  return row(way, route, [median, worst], median < PROMISED.median && worst < PROMISED.worst);
}

async function stackRow(service, way) {
  const { tookMs, body } = await service.ask('/diagnostics/stack');
  const where = String(body.where).slice(0, 40);
  return row(way, `/diagnostics/stack: ${where}`, [tookMs, tookMs], tookMs < PROMISED.stack);
}

async function offlineRow(service, way) {
  const { tookMs } = await service.ask('/lifecycle/offline', 'POST');
  const { status, tookMs: readyMs } = await service.ask('/health/ready');
  const total = tookMs + readyMs;
  return row(
    way,
    'offline, and not ready',
    [total, total],
    status === 503 && total < PROMISED.offline,
  );
}

class Service {
  #agent = new Agent({ keepAlive: true });
  #folder = mkdtempSync(join(tmpdir(), 'bench-management-'));
  #child;
  #address = '';

  static async start() {
    const service = new Service();
    const settings = {
      address: 'tcp://127.0.0.1:0',
      fifo: join(service.#folder, 'fifo'),
      options: {
        token: TOKEN,
        probes: { liveStuckMs: LIVE_STUCK_MS },
        diagnosis: { profiling: true, incidentMs: 500 },
      },
    };
    service.#child = fork(FIXTURE, [JSON.stringify(settings)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    service.#address = (await service.#hear(({ type }) => type === 'ready')).address;
    await sleep(500);
    for (const route of ROUTES) await service.ask(route);
    return service;
  }

  /** @returns when the order was carried out, as far as it can be told from outside */
  async block(kind) {
    const heard = this.#hear(({ type, id }) => type === 'done' && id === 1);
    this.#child.send({ id: 1, name: 'block', value: { kind, ms: STUCK_MS } });
    await heard;
    // The fixture waits so long before it blocks.
    return performance.now() + 20;
  }

  async ask(path, method = 'GET') {
    const startedAt = performance.now();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const options = { method, headers, agent: this.#agent };
    const request = httpRequest(`${this.#address}${path}`, options);
    request.end();
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += String(chunk);
    const answeredAt = performance.now();
    const isJson = String(response.headers['content-type']).startsWith('application/json');
    const body = isJson ? JSON.parse(text) : {};
    return { status: response.statusCode, body, answeredAt, tookMs: answeredAt - startedAt };
  }

  stop() {
    this.#agent.destroy();
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #hear(isMeant) {
    return new Promise((resolve) => {
      const listen = (message) => {
        if (!isMeant(message)) return;
        this.#child.off('message', listen);
        resolve(message);
      };
      this.#child.on('message', listen);
    });
  }
}
