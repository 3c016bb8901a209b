import { describe, expect, it } from 'vitest';
import { parseDnsName, toAsciiName } from '../../../lib/discovery/dns-name.js';

describe('parseDnsName', () => {
  it.each([
    ['dns://orders.internal:4000', { name: 'orders.internal', scheme: 'tcp', port: 4000 }],
    ['dns+tls://orders:1', { name: 'orders', scheme: 'tls', port: 1 }],
    ['srv://_orders._tcp.internal', { name: '_orders._tcp.internal', scheme: 'tcp' }],
    ['srv+tls://_a._tcp.b.', { name: '_a._tcp.b.', scheme: 'tls' }],
    ['dns://bücher.example:80', { name: 'xn--bcher-kva.example', scheme: 'tcp', port: 80 }],
  ])('reads %s', (text, name) => {
    expect(parseDnsName(text)).toEqual({ port: undefined, ...name });
  });

  it.each([
    [3, /^3 is not a name such as/],
    ['tcp://orders:4000', /is not a name such as/],
    ['dns://orders:4000/path', /is not a name such as/],
    ['dns://orders', /a host \(dns:\/\/\) needs a port, a service \(srv:\/\/\) tells it/],
    ['srv://orders:4000', /a service \(srv:\/\/\) tells it/],
    ['dns://10.0.0.7:4000', /has no usable name/],
    ['dns://:4000', /has no usable name/],
    ['dns://orders:0', /has port 0, which is not from 1 to 65535/],
    ['dns://orders:65536', /has port 65536/],
  ])('refuses %s', (text, problem) => {
    expect(parseDnsName(text)).toMatch(problem);
  });
});

describe('toAsciiName', () => {
  it.each(['a', 'a.b-c.d_e', '_x._tcp.y', 'orders.', `${'a'.repeat(63)}.b`])(
    'accepts %s',
    (name) => {
      expect(toAsciiName(name)).toBe(name);
    },
  );

  it.each([
    ['', 'nothing'],
    ['.', 'the root'],
    ['-a', 'a hyphen in front'],
    ['a-.b', 'a hyphen at an end'],
    ['a..b', 'an empty label'],
    ['a b', 'a blank'],
    ['::1', 'an address'],
    ['a\u0000b', 'a control character'],
    ['a'.repeat(64), 'a label of 64 letters'],
    [`${'a'.repeat(50)}.`.repeat(6), 'a name of 306 letters'],
    ['ä..b', 'an empty label beside an umlaut'],
  ])('refuses %s (%s)', (name) => {
    expect(toAsciiName(name)).toBeUndefined();
  });
});
