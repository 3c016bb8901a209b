import { describe, expect, it } from 'vitest';
import { readKernelSettings } from '../../../../../lib/management/worker/kernel/kernel-settings.js';
import { KernelSamples } from '../../../../support/kernel-samples.js';

describe('the settings of the kernel', () => {
  it('are read each from its file', () => {
    const ipv4 = '/proc/sys/net/ipv4';
    const files = new KernelSamples({
      '/proc/sys/net/core/somaxconn': '4096\n',
      [`${ipv4}/tcp_max_syn_backlog`]: '2048\n',
      [`${ipv4}/tcp_syncookies`]: '1\n',
      [`${ipv4}/ip_local_port_range`]: '32768\t60999\n',
      [`${ipv4}/ip_local_reserved_ports`]: '40000,50000-50010\n',
      [`${ipv4}/tcp_syn_retries`]: '6\n',
      [`${ipv4}/tcp_retries2`]: '15\n',
      [`${ipv4}/tcp_keepalive_time`]: '7200\n',
      [`${ipv4}/tcp_keepalive_intvl`]: '75\n',
      [`${ipv4}/tcp_keepalive_probes`]: '9\n',
      '/proc/self/limits': 'Max open files            1024                 524288     files\n',
    });
    expect(readKernelSettings(files)).toEqual({
      somaxconn: 4096,
      tcpMaxSynBacklog: 2048,
      tcpSyncookies: 1,
      localPortRange: { first: 32768, last: 60999 },
      reservedPorts: [
        { first: 40000, last: 40000 },
        { first: 50000, last: 50010 },
      ],
      tcpSynRetries: 6,
      tcpRetries2: 15,
      tcpKeepaliveTime: 7200,
      tcpKeepaliveIntvl: 75,
      tcpKeepaliveProbes: 9,
      descriptorLimit: 1024,
    });
  });

  it('are unknown elsewhere', () => {
    const known = Object.values(readKernelSettings(new KernelSamples())).filter((v) => v != null);
    expect(known).toEqual([]);
  });
});
