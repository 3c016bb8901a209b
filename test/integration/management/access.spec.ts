import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ACT, InlineManagement, READ, type Question } from '../../support/inline-management.js';
import { poolSnapshot, endpointSnapshot } from '../../support/snapshots.js';

beforeAll(() => Logger.overrideLogger(false));

const TOKENS = { token: ACT, readToken: READ };

/** What the routes answer to a request by its token; by another name or page it is 403 for all. */
const EXPECTED: Readonly<Record<string, readonly number[]>> = {
  //                              none read act
  'GET /health': [200, 200, 200],
  'GET /health/live': [200, 200, 200],
  'GET /health/ready': [200, 200, 200],
  'HEAD /health/startup': [200, 200, 200],
  'GET /health/nothing': [404, 404, 404],
  'GET /': [200, 200, 200],
  'GET /page/nothing': [401, 404, 404],
  'GET /pools': [401, 200, 200],
  'GET /pools/orders': [401, 200, 200],
  'GET /pools/orders/endpoints': [401, 200, 200],
  'GET /pools/nothing': [401, 404, 404],
  'GET /connections': [401, 200, 200],
  'GET /servers': [401, 200, 200],
  'GET /lifecycle': [401, 200, 200],
  'GET /metrics': [401, 200, 200],
  'GET /diagnostics/stack': [401, 200, 200],
  'GET /diagnostics/incidents': [401, 200, 200],
  'GET /diagnostics/events': [401, 200, 200],
  'GET /diagnostics/advice': [401, 200, 200],
  'GET /diagnostics/heap': [401, 403, 403],
  'GET /diagnostics/cpu-profile': [401, 405, 405],
  'POST /diagnostics/cpu-profile': [401, 403, 403],
  'POST /diagnostics/stack': [401, 403, 405],
  'POST /health/live': [401, 403, 405],
  'POST /pools/orders': [401, 403, 405],
  'PATCH /pools/orders': [401, 403, 400],
  'POST /pools/orders/endpoints/10.0.0.7:4000/drain': [401, 403, 200],
  'POST /pools/orders/endpoints/tcp:%2F%2F10.0.0.7:4000/eject': [401, 403, 200],
  'POST /pools/orders/endpoints/10.0.0.7:4000/readmit': [401, 403, 200],
  'POST /pools/orders/endpoints/10.0.0.7:4000/weight': [401, 403, 400],
  'POST /pools/orders/endpoints/10.0.0.9:4000/drain': [401, 403, 404],
  'POST /pools/orders/endpoints/10.0.0.7:4000/remove': [401, 403, 404],
  'POST /lifecycle/offline': [401, 403, 202],
  'POST /lifecycle/online': [401, 403, 202],
  'GET /lifecycle/offline': [401, 405, 405],
  'PUT /pools/orders': [405, 405, 405],
  'DELETE /pools/orders': [405, 405, 405],
  'OPTIONS /pools': [405, 405, 405],
  'GET /pools/%': [401, 400, 400],
  'GET /nothing': [401, 404, 404],
};

const HOSTS = { own: undefined, foreign: 'evil.example.com' };
const ORIGINS = { none: undefined, own: 'own', foreign: 'https://evil.example.com' };

function questionOf(host: string | undefined, origin: string | undefined, address: string) {
  const page = origin === 'own' ? address : origin;
  return { headers: { ...(host && { host }), ...(page && { origin: page }) } };
}

interface Case {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly name: string;
  readonly expected: unknown;
}

/** Every combination, in the order of the table. */
function* cases(): Iterable<Case> {
  for (const [request, statuses] of Object.entries(EXPECTED)) {
    const [method = '', path = ''] = request.split(' ');
    for (const [column, token] of [undefined, READ, ACT].entries()) {
      for (const ends of hostsAndOrigins()) {
        const name = `${request}, token ${column}, ${ends.name}:`;
        yield {
          method,
          path,
          token,
          ...ends,
          name,
          expected: ends.isForeign ? 403 : statuses[column],
        };
      }
    }
  }
}

function hostsAndOrigins() {
  return Object.entries(HOSTS).flatMap(([hostName, host]) =>
    Object.entries(ORIGINS).map(([originName, origin]) => ({
      host,
      origin,
      name: `${hostName} host, ${originName} origin`,
      isForeign: hostName === 'foreign' || originName === 'foreign',
    })),
  );
}

describe('methods × paths × hosts × origins × tokens', () => {
  it('give the expected status each time', async () => {
    const management = await InlineManagement.start(TOKENS);
    const found: string[] = [];
    const expected: string[] = [];
    for (const each of cases()) {
      management.beat();
      management.show({ pools: [poolSnapshot({ endpoints: [endpointSnapshot()] })] });
      const { method, path, token, host, origin } = each;
      const question = { method, token, ...questionOf(host, origin, management.address) };
      const { status } = await management.ask(path, question);
      found.push(`${each.name} ${status}`);
      expected.push(`${each.name} ${String(each.expected)}`);
    }
    expect(found).toEqual(expected);
  }, 60_000);

  it('say why, and what would do', async () => {
    const management = await InlineManagement.start(TOKENS);
    const missing = await management.ask('/pools');
    expect(missing.headers['www-authenticate']).toBe('Bearer realm="management"');
    expect(missing.body).toEqual({ statusCode: 401, message: 'a token is needed' });
    const method = await management.ask('/health/live', { method: 'POST', token: ACT });
    expect(method.headers.allow).toBe('GET, HEAD');
    const put = await management.ask('/health/live', { method: 'PUT' });
    expect(put.headers.allow).toBe('GET, HEAD, POST, PATCH');
  });
});

describe('every answer', () => {
  it.each(['/health/live', '/pools', '/nothing', '/', '/metrics'])(
    'has the headers that keep browsers from mischief: %s',
    async (path) => {
      const management = await InlineManagement.start(TOKENS);
      const { headers } = await management.ask(path, { token: READ });
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'self';/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': expect.stringContaining('no-store'),
        'x-management-isolation': 'inline',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  it('may be read by a page of an allowed origin', async () => {
    const origin = 'https://dashboard.example.com';
    const management = await InlineManagement.start({ ...TOKENS, allowedOrigins: [origin] });
    const { headers, status } = await management.ask('/lifecycle', {
      token: READ,
      headers: { origin },
    });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe(origin);
    const preflight = await management.ask('/lifecycle/offline', {
      method: 'OPTIONS',
      headers: { origin },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-headers']).toContain('Authorization');
  });

  it('holds no secret, wherever one is planted', async () => {
    process.env.PLANTED_PASSWORD = 'planted-in-the-environment';
    onTestFinished(() => void delete process.env.PLANTED_PASSWORD);
    const management = await InlineManagement.start({
      ...TOKENS,
      probes: { groups: { mine: ['indicators'] } },
    });
    const texts = ['planted-in-the-environment', `Bearer ${ACT}`, 'redis://me:planted@cache:6379'];
    const details = Object.fromEntries(texts.map((text, index) => [`text${index}`, text]));
    management.show({
      indicators: [{ key: 'cache', status: 'down', details, checkedAt: Date.now() }],
      pools: [
        poolSnapshot({
          endpoints: [
            endpointSnapshot({ lastError: { code: 'X', message: texts.join(' '), agoMs: 1 } }),
          ],
        }),
      ],
    });
    management.answer = () => {
      throw new Error(texts.join(' '));
    };
    const answers = await Promise.all([
      management.ask('/health', { token: READ }),
      management.ask('/health/mine', { token: READ }),
      management.ask('/pools/orders', { token: READ }),
      management.ask('/diagnostics/events', { token: READ }),
      management.ask('/pools/orders', { method: 'PATCH', token: ACT, body: { maxConnections: 1 } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 200, 200, 500]);
    for (const { text } of answers) {
      expect(text).not.toContain('planted');
      expect(text).not.toContain(ACT);
    }
    expect(answers[4]!.text).toContain('***');
  });
});

describe('a token', () => {
  it('is not needed to read where none is configured; nobody acts then', async () => {
    const management = await InlineManagement.start();
    management.show();
    expect((await management.ask('/pools')).status).toBe(200);
    const { status, body } = await management.ask('/lifecycle/offline', { method: 'POST' });
    expect([status, body.message]).toEqual([
      403,
      'actions are switched off: no `token` is configured',
    ]);
  });

  it('opens the details of a probe', async () => {
    const management = await InlineManagement.start(TOKENS);
    management.show({ pools: [poolSnapshot()] });
    const { body: details } = await management.ask('/health/ready', { token: READ });
    expect(Object.keys(details.details)).toEqual([
      ...['lifecycle', 'lag', 'servers', 'pool orders'],
    ]);
    const { body: verdict } = await management.ask('/health/ready');
    expect(Object.keys(verdict.details)).toEqual(['lifecycle', 'lag']);
    expect(verdict.status).toBe(details.status);
  });
});

describe('a body', () => {
  const patch = (management: InlineManagement, question: Question) =>
    management.ask('/pools/orders', { method: 'PATCH', token: ACT, ...question });

  it('is small', async () => {
    const management = await InlineManagement.start(TOKENS);
    management.show({ pools: [poolSnapshot()] });
    const { status } = await patch(management, { body: { text: 'x'.repeat(17 * 1024) } });
    expect(status).toBe(413);
  });

  it.each([
    ['text/plain', 400],
    ['application/x-www-form-urlencoded', 400],
    ['application/json; charset=latin1', 415],
  ])('is JSON, not %s', async (type, expected) => {
    const management = await InlineManagement.start(TOKENS);
    management.show({ pools: [poolSnapshot()] });
    const question = { headers: { 'content-type': type }, body: { maxConnections: 4 } };
    expect((await patch(management, question)).status).toBe(expected);
  });
});

describe('a slow client', () => {
  /** Connects, says something, and tells after how long it was cut, and what it heard. */
  async function slow(management: InlineManagement, said: string) {
    const { hostname, port } = new URL(management.address);
    const socket: Socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.on('data', (text) => (heard += String(text)));
    socket.write(said);
    const startedAt = performance.now();
    await once(socket, 'close');
    return { afterMs: performance.now() - startedAt, heard };
  }

  const HOST = 'HTTP/1.1\r\nHost: localhost\r\n';
  const BODY = `Authorization: Bearer ${ACT}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;

  it('is cut when it does not come to the end of what it began, and holds nobody else', async () => {
    const management = await InlineManagement.start(TOKENS);
    const begun = [
      { said: `GET /health/live ${HOST}X-Slow: `, limitMs: 5_000 },
      { said: `PATCH /pools/orders ${HOST}${BODY}`, limitMs: 10_000 },
      { said: `GET /health/live ${HOST}\r\n`, limitMs: 5_000 },
    ];
    const cut = begun.map(async ({ said, limitMs }) => {
      const { afterMs } = await slow(management, said);
      expect(afterMs).toBeGreaterThan(limitMs - 1_000);
      expect(afterMs).toBeLessThan(limitMs + 2_500);
    });
    expect((await management.ask('/health/live')).status).toBe(200);
    await Promise.all(cut);
  });

  it('gets no farther with headers of any length', async () => {
    const management = await InlineManagement.start(TOKENS);
    const said = `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
    const { heard, afterMs } = await slow(management, said);
    expect(heard).toMatch(/^HTTP\/1\.1 431 /);
    expect(afterMs).toBeLessThan(1_000);
  });
});
