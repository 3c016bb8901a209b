import { describe, expect, it } from 'vitest';
import { AccessPolicy } from '../../../../../lib/management/worker/access/access-policy.js';
import type { RequestFacts } from '../../../../../lib/management/worker/access/request-facts.js';

const ACT = 'the-token-to-act-with';
const READ = 'the-token-to-read-with';
const OWN = '127.0.0.1:9400';

const OPTIONS = {
  token: ACT,
  readToken: READ,
  allowedAddresses: [],
  allowedHosts: ['management.example.com', 'proxy.example.com:8443'],
  allowedOrigins: ['https://dashboard.example.com'],
};

const FACTS: RequestFacts = {
  method: 'GET',
  path: '/pools',
  isSecure: false,
  remoteAddress: '127.0.0.1',
  localAddress: '127.0.0.1',
  localPort: 9400,
  hosts: [OWN],
  origin: undefined,
  authorization: undefined,
  fetchSite: undefined,
  fetchDestination: undefined,
};

const PAGE = new Set(['/', '/page/main.js']);

function statusOf(facts: Partial<RequestFacts>, options: object = {}): number | string {
  const policy = new AccessPolicy({ ...OPTIONS, ...options }, PAGE);
  const verdict = policy.judge({ ...FACTS, ...facts });
  if (verdict.kind === 'answer') return verdict.level;
  return verdict.kind === 'refuse' ? verdict.status : verdict.kind;
}

const TOKENS = { none: undefined, read: `Bearer ${READ}`, act: `Bearer ${ACT}`, wrong: 'Bearer x' };
const HOSTS = { own: OWN, foreign: 'evil.example.com:9400' };
const ORIGINS = { none: undefined, own: `http://${OWN}`, foreign: 'https://evil.example.com' };

/** What a request gets that comes by the right name and from the right page, by its token. */
const EXPECTED: Readonly<Record<string, readonly (number | string)[]>> = {
  //                            none    read    act    wrong
  'GET /health/live': ['open', 'read', 'act', 'open'],
  'HEAD /health/ready': ['open', 'read', 'act', 'open'],
  'GET /': ['open', 'read', 'act', 'open'],
  'GET /page/main.js': ['open', 'read', 'act', 'open'],
  'GET /page/other.js': [401, 'read', 'act', 401],
  'GET /health/live/': [401, 'read', 'act', 401],
  'GET /HEALTH/live': [401, 'read', 'act', 401],
  'GET /pools': [401, 'read', 'act', 401],
  'GET /feed': [401, 'read', 'act', 401],
  'GET /metrics': [401, 'read', 'act', 401],
  'GET /diagnostics/stack': [401, 'read', 'act', 401],
  'POST /lifecycle/offline': [401, 403, 'act', 401],
  'POST /diagnostics/cpu-profile': [401, 403, 'act', 401],
  'POST /health/live': [401, 403, 'act', 401],
  'PATCH /pools/orders': [401, 403, 'act', 401],
  'PUT /pools/orders': [405, 405, 405, 405],
  'DELETE /pools/orders': [405, 405, 405, 405],
  'OPTIONS /pools': [405, 405, 405, 405],
  'TRACE /': [405, 405, 405, 405],
};

const ROWS = Object.entries(EXPECTED).flatMap(([request, byToken]) => {
  const [method = '', path = ''] = request.split(' ');
  return Object.entries(TOKENS).flatMap(([token, authorization], column) =>
    Object.entries(HOSTS).flatMap(([host, name]) =>
      Object.entries(ORIGINS).map(([origin, page]) => {
        const isForeign = host === 'foreign' || origin === 'foreign';
        const facts = { method, path, authorization, hosts: [name], origin: page };
        const expected = isForeign ? 403 : byToken[column]!;
        return { request, token, host, origin, facts, expected };
      }),
    ),
  );
});

describe('methods × paths × hosts × origins × tokens', () => {
  it.each(ROWS)(
    '$request at the $host host from the $origin origin with token $token: $expected',
    ({ facts, expected }) => {
      expect(statusOf(facts)).toBe(expected);
    },
  );
});

describe('tokens', () => {
  const open = { token: undefined, readToken: undefined };

  it('are not needed to read where none is configured, and nobody acts', () => {
    expect(statusOf({}, open)).toBe('read');
    expect(statusOf({ authorization: 'Bearer x' }, open)).toBe('read');
    expect(statusOf({ method: 'POST', path: '/lifecycle/offline' }, open)).toBe(403);
  });

  it('to read alone let nobody act', () => {
    const options = { token: undefined };
    expect(statusOf({ method: 'POST', authorization: TOKENS.read }, options)).toBe(403);
    expect(statusOf({ authorization: TOKENS.read }, options)).toBe('read');
    expect(statusOf({}, options)).toBe(401);
  });

  it('to act protect reading, too', () => {
    expect(statusOf({}, { readToken: undefined })).toBe(401);
    expect(statusOf({ authorization: TOKENS.act }, { readToken: undefined })).toBe('act');
  });

  it.each([
    ['basic', `Basic ${ACT}`],
    ['without a scheme', ACT],
    ['in part', `Bearer ${ACT.slice(0, -1)}`],
    ['with more', `Bearer ${ACT}x`],
    ['twice', `Bearer ${ACT} ${ACT}`],
    ['very long', `Bearer ${'x'.repeat(100_000)}`],
    ['empty', 'Bearer '],
  ])('are not accepted %s', (_, authorization) => {
    expect(statusOf({ authorization })).toBe(401);
  });

  it('have a scheme in whatever letters', () => {
    expect(statusOf({ authorization: `bearer ${ACT}` })).toBe('act');
  });
});

describe('hosts', () => {
  it.each([
    ['localhost', 'act'],
    ['localhost:9400', 'act'],
    ['LOCALHOST:9400', 'act'],
    ['127.0.0.1', 'act'],
    ['management.example.com', 'act'],
    ['management.example.com:9400', 'act'],
    ['proxy.example.com:8443', 'act'],
    ['proxy.example.com', 403],
    ['proxy.example.com:9400', 403],
    ['management.example.com:80', 403],
    ['localhost:80', 403],
    ['127.0.0.2:9400', 403],
    ['10.0.0.7:9400', 403],
    ['[::1]:9400', 403],
    ['localhost.evil.example.com', 403],
    ['127.0.0.1.nip.io:9400', 403],
    ['evil.example.com@127.0.0.1:9400', 403],
    ['127.0.0.1:9400:9400', 403],
    ['', 403],
  ])('%j: %s', (host, expected) => {
    expect(statusOf({ hosts: [host], authorization: TOKENS.act })).toBe(expected);
  });

  it('are the address at which the request arrived', () => {
    const authorization = TOKENS.act;
    const pod = { localAddress: '::ffff:10.1.2.3', hosts: ['10.1.2.3:9400'], authorization };
    expect(statusOf(pod)).toBe('act');
    const v6 = { localAddress: 'fd00::7', hosts: ['[fd00::7]:9400'], authorization };
    expect(statusOf(v6)).toBe('act');
  });

  it('are one', () => {
    expect(statusOf({ hosts: [] })).toBe(400);
    expect(statusOf({ hosts: [OWN, OWN] })).toBe(400);
  });
});

describe('origins', () => {
  const act = { method: 'POST', path: '/lifecycle/offline', authorization: TOKENS.act };

  it.each([
    ['http://127.0.0.1:9400', 'act'],
    ['https://dashboard.example.com', 'act'],
    ['https://127.0.0.1:9400', 403],
    ['http://127.0.0.1', 403],
    ['http://localhost:9400', 403],
    ['null', 403],
    ['', 403],
    ['https://dashboard.example.com.evil.example.com', 403],
    ['http://dashboard.example.com', 403],
  ])('%j: %s', (origin, expected) => {
    expect(statusOf({ ...act, origin })).toBe(expected);
  });

  it('of a page over TLS are https', () => {
    expect(statusOf({ ...act, isSecure: true, origin: 'https://127.0.0.1:9400' })).toBe('act');
    expect(statusOf({ ...act, isSecure: true, origin: 'http://127.0.0.1:9400' })).toBe(403);
  });

  it('that are allowed may ask first', () => {
    const origin = 'https://dashboard.example.com';
    expect(statusOf({ method: 'OPTIONS', origin })).toBe('preflight');
    expect(statusOf({ method: 'OPTIONS', origin: 'https://evil.example.com' })).toBe(403);
    expect(statusOf({ method: 'OPTIONS', origin: `http://${OWN}` })).toBe(405);
  });

  it.each<[string, string, string, string, number | 'open']>([
    ['an image of another site', '/diagnostics/stack', 'cross-site', 'image', 403],
    ['a frame of another site', '/', 'cross-site', 'iframe', 403],
    ['a script of a neighbour', '/page/main.js', 'same-site', 'script', 403],
    ['a link to data', '/diagnostics/stack', 'cross-site', 'document', 403],
    ['a link to the page', '/', 'cross-site', 'document', 'open'],
    ['the address bar', '/health/live', 'none', 'document', 'open'],
    ['the page itself', '/health/live', 'same-origin', 'empty', 'open'],
  ])('are told by browsers: %s', (_, path, fetchSite, ...rest) => {
    const [fetchDestination, expected] = rest;
    expect(statusOf({ path, fetchSite, fetchDestination })).toBe(expected);
  });
});

describe('addresses', () => {
  const allowedAddresses = ['127.0.0.1', '10.0.0.0/8', 'fd00::/16'];
  const authorization = TOKENS.read;

  it.each([
    ['127.0.0.1', 'read'],
    ['::ffff:127.0.0.1', 'read'],
    ['10.255.0.1', 'read'],
    ['::ffff:10.1.2.3', 'read'],
    ['fd00::1', 'read'],
    ['127.0.0.2', 403],
    ['11.0.0.1', 403],
    ['::1', 403],
    [undefined, 403],
  ])('%s: %s', (remoteAddress, expected) => {
    expect(statusOf({ remoteAddress, authorization }, { allowedAddresses })).toBe(expected);
  });

  it('come before everything else, probes included', () => {
    const facts = { remoteAddress: '11.0.0.1', path: '/health/live', hosts: [] };
    expect(statusOf(facts, { allowedAddresses })).toBe(403);
  });

  it.each(['localhost', '10.0.0.0/33', '10.0.0.0/x', 'fd00::/129', '10.0.0.0/8/8', '10.0.0'])(
    'are refused at the start when they are none: %s',
    (address) => {
      expect(() => statusOf({}, { allowedAddresses: [address] })).toThrow(
        `allowedAddresses: '${address}' is not an address`,
      );
    },
  );
});

it('refuses paths that are none', () => {
  expect(statusOf({ path: 'http://evil.example.com/pools' })).toBe(400);
  expect(statusOf({ path: '*', method: 'OPTIONS' })).toBe(400);
});
