import { describe, expect, it } from 'vitest';
import type { LinkAddress } from '../../../lib/link/link-address.js';
import { formatLinkAddress, parseLinkAddress } from '../../../lib/link/link-address.js';

describe('an address', () => {
  it.each<[string, LinkAddress]>([
    ['tcp://10.0.0.7:4000', { kind: 'tcp', host: '10.0.0.7', port: 4000 }],
    ['tls://orders.internal:1', { kind: 'tls', host: 'orders.internal', port: 1 }],
    ['tcp://my_service-1:65535', { kind: 'tcp', host: 'my_service-1', port: 65_535 }],
    ['tcp://[fe80::1%eth0]:80', { kind: 'tcp', host: 'fe80::1%eth0', port: 80 }],
    ['tcp://[::1]:4000', { kind: 'tcp', host: '::1', port: 4000 }],
    ['tls://[fe80::1%eth0]:4000', { kind: 'tls', host: 'fe80::1%eth0', port: 4000 }],
    ['unix:/run/orders.sock', { kind: 'unix', path: '/run/orders.sock' }],
  ])('%s is read, and written the same', (text, address) => {
    expect(parseLinkAddress(text)).toEqual(address);
    expect(formatLinkAddress(address)).toBe(text);
  });

  it('has a name in the letters that name servers know', () => {
    const address = { kind: 'tcp', host: 'xn--bcher-kva.example', port: 80 };
    expect(parseLinkAddress('tcp://bücher.example:80')).toEqual(address);
  });

  it('of a unix socket may be written as a URL', () => {
    expect(parseLinkAddress('unix:///run/x.sock')).toEqual({ kind: 'unix', path: '/run/x.sock' });
  });

  it('may leave the port to the system where one listens, and only there', () => {
    const address = { kind: 'tcp', host: '0.0.0.0', port: 0 };
    expect(parseLinkAddress('tcp://0.0.0.0:0', 'listen')).toEqual(address);
    expect(parseLinkAddress('tcp://0.0.0.0:0')).toBe(
      "'tcp://0.0.0.0:0' has port 0, which is not from 1 to 65535",
    );
  });

  it.each([
    'tcp://orders',
    'tcp://orders:',
    'tcp://:4000',
    'tcp://orders:0x10',
    'tcp://orders:65536',
    'tcp://orders:4000/',
    'tcp://orders:4000?x=1',
    'tcp://user@orders:4000',
    'tcp:// orders:4000',
    'tcp://orders :4000',
    'tcp://or\nders:4000',
    'tcp://or\nders-ü:4000',
    'tcp://xn--ü:4000',
    'tcp://-orders:4000',
    'tcp://::1:4000',
    'tcp://[10.0.0.7]:4000',
    'tcp://[]:4000',
    'tcp:orders:4000',
    'TCP://orders:4000',
    'http://orders:4000',
    'orders:4000',
    '',
    'unix:',
    'unix:/',
    'unix:/run/',
    'unix:run/x.sock',
    'unix://run/x.sock',
    'unix:////run/x.sock',
    'unix:/run/\0x.sock',
    4000,
    undefined,
    null,
    {},
  ])('%j is a problem, and the problem says what it is about', (text) => {
    const problem = parseLinkAddress(text);
    expect(problem).toBeTypeOf('string');
    expect(problem).toMatch(/tcp:\/\/|unix:|not from|usable host/);
  });

  it('of a unix socket has at most 107 bytes of path', () => {
    const longest = `/${'x'.repeat(106)}`;
    expect(parseLinkAddress(`unix:${longest}`)).toEqual({ kind: 'unix', path: longest });
    expect(parseLinkAddress(`unix:${longest}x`)).toMatch('a path of 108 bytes');
    expect(parseLinkAddress(`unix:/${'ä'.repeat(54)}`)).toMatch('a path of 109 bytes');
  });
});
