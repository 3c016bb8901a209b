import { expect, it } from 'vitest';
import { BeaconSign } from '../../../lib/acceptor/beacon-sign.js';
import type { Link } from '../../../lib/link/link.js';

const from = (remoteHost: string): Link => ({ remoteHost }) as Link;
const place = { port: 9, id: '00'.repeat(16) };

it.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  // A unix socket.
  ['', true],
  ['10.0.0.7', false],
  ['::ffff:10.0.0.7', false],
])('a beacon of this machine only is told to who comes from %j: %s', (host, isTold) => {
  const sign = new BeaconSign();
  expect(sign.noticeFor(from(host))).toBeUndefined();
  sign.place = { ...place, isLocal: true };
  expect(sign.noticeFor(from(host)) !== undefined).toBe(isTold);
  sign.place = { ...place, isLocal: false };
  expect(sign.noticeFor(from(host))).toMatchObject(place);
});
