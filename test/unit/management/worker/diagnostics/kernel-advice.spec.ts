import { describe, expect, it } from 'vitest';
import {
  describeAdvice,
  kernelAdvice,
  type KernelDemands,
} from '../../../../../lib/management/worker/diagnostics/kernel-advice.js';
import type { KernelSettings } from '../../../../../lib/management/worker/kernel/kernel-settings.js';

const GOOD: KernelSettings = {
  somaxconn: 4096,
  tcpMaxSynBacklog: 4096,
  tcpSyncookies: 1,
  localPortRange: { first: 32768, last: 60999 },
  reservedPorts: [],
  tcpSynRetries: 3,
  tcpRetries2: 8,
  tcpKeepaliveTime: 300,
  tcpKeepaliveIntvl: 30,
  tcpKeepaliveProbes: 5,
  descriptorLimit: 65536,
};
const LISTENER = { name: 'server 0', port: 4000, backlog: 511, maxConnections: 10_000 };
const DEMANDS: KernelDemands = {
  listeners: [LISTENER],
  maxPoolConnections: 100,
  descriptorReserve: 64,
};

const adviceFor = (kernel: Partial<KernelSettings>, listener: Partial<typeof LISTENER> = {}) =>
  kernelAdvice({ ...GOOD, ...kernel }, { ...DEMANDS, listeners: [{ ...LISTENER, ...listener }] });

describe('the advice about the kernel', () => {
  it('is silent where all is well, and where nothing is known', () => {
    expect(kernelAdvice(GOOD, DEMANDS)).toEqual([]);
    expect(kernelAdvice({}, DEMANDS)).toEqual([]);
    expect(kernelAdvice({ ...GOOD, descriptorLimit: Infinity }, DEMANDS)).toEqual([]);
    expect(kernelAdvice(GOOD, { ...DEMANDS, listeners: [] })).toEqual([]);
  });

  it('warns of a port that an outgoing connection may take', () => {
    const [advice, ...others] = adviceFor({}, { port: 40_000 });
    expect(others).toEqual([]);
    expect(advice).toMatchObject({
      setting: 'net.ipv4.ip_local_port_range',
      seen: '32768-60999, with port 40000 of server 0 in it',
      recommended: expect.stringContaining('40000 in net.ipv4.ip_local_reserved_ports'),
      level: 'warning',
    });
  });

  it('does not warn of a reserved port, of a chosen one or of a unix socket', () => {
    const reserved = { reservedPorts: [{ first: 39_000, last: 40_000 }] };
    expect(adviceFor(reserved, { port: 40_000 })).toEqual([]);
    const all = { localPortRange: { first: 0, last: 65_535 } };
    expect(adviceFor(all, { port: 0 })).toEqual([]);
    expect(adviceFor(all, { port: undefined })).toEqual([]);
  });

  it.each([
    [
      'net.core.somaxconn',
      { somaxconn: 128 },
      { level: 'warning', seen: '128', recommended: '511 or more' },
    ],
    [
      'net.ipv4.tcp_max_syn_backlog',
      { tcpMaxSynBacklog: 128 },
      { level: 'hint', seen: '128', recommended: '511 or more' },
    ],
    [
      'net.ipv4.tcp_max_syn_backlog',
      { tcpMaxSynBacklog: 128, tcpSyncookies: 0 },
      { level: 'warning', seen: '128', recommended: '511 or more' },
    ],
    [
      'descriptor limit (ulimit -n)',
      { descriptorLimit: 10_164 },
      { level: 'warning', seen: '10164', recommended: '10165 or more, or a lower maxConnections' },
    ],
    [
      'net.ipv4.tcp_syn_retries',
      { tcpSynRetries: 6 },
      { level: 'hint', seen: '6', recommended: '3' },
    ],
    [
      'net.ipv4.tcp_syn_retries',
      { tcpSynRetries: 0 },
      { level: 'hint', seen: '0', recommended: '3' },
    ],
    ['net.ipv4.tcp_retries2', { tcpRetries2: 15 }, { level: 'hint', seen: '15', recommended: '8' }],
    ['net.ipv4.tcp_retries2', { tcpRetries2: 3 }, { level: 'hint', seen: '3', recommended: '8' }],
    [
      'net.ipv4.tcp_keepalive_time',
      { tcpKeepaliveTime: 7200 },
      { level: 'hint', seen: '7200', recommended: '300' },
    ],
    [
      'net.ipv4.tcp_keepalive_intvl',
      { tcpKeepaliveIntvl: 75 },
      { level: 'hint', seen: '75', recommended: '30' },
    ],
    [
      'net.ipv4.tcp_keepalive_probes',
      { tcpKeepaliveProbes: 20 },
      { level: 'hint', seen: '20', recommended: '5' },
    ],
  ])('speaks of %s alone when it is %j', (setting, kernel, expected) => {
    const why = expect.stringMatching(/.{20}/) as string;
    expect(adviceFor(kernel)).toEqual([{ setting, why, ...expected }]);
  });

  it('does not ask for more half open connections than the backlog may hold', () => {
    const advice = adviceFor({ somaxconn: 128, tcpMaxSynBacklog: 128 });
    expect(advice.map(({ setting }) => setting)).toEqual(['net.core.somaxconn']);
  });

  it('says what the usual settings cost', () => {
    const texts = adviceFor({ tcpSynRetries: 6, tcpRetries2: 15, tcpKeepaliveTime: 7200 }).map(
      describeAdvice,
    );
    expect(texts[0]).toMatch(/^net\.ipv4\.tcp_syn_retries is 6, recommended 3: .*waits 2 min /);
    expect(texts[1]).toContain('for 15 min before');
    expect(texts[2]).toContain('after 2 h');
  });
});
