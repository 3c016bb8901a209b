import { describe, expect, it } from 'vitest';
import { readKernelLimits } from '../../../lib/acceptor/kernel-limits.js';

const FILES: Record<string, string> = {
  '/proc/self/limits':
    'Limit                     Soft Limit           Hard Limit           Units     \n' +
    'Max processes             127000               127000               processes \n' +
    'Max open files            1024                 524288               files     \n',
  '/proc/sys/net/core/somaxconn': '4096\n',
  '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
  '/proc/sys/net/ipv4/ip_local_reserved_ports': '40000,50000-50010\n',
};

const without = (path: string) => (asked: string) => (asked === path ? undefined : FILES[asked]);

describe('the limits of the system', () => {
  it('are read from /proc', () => {
    expect(readKernelLimits((path) => FILES[path])).toEqual({
      maxDescriptors: 1024,
      maxBacklog: 4096,
      ephemeralPorts: { first: 32768, last: 60999 },
      reservedPorts: [
        { first: 40000, last: 40000 },
        { first: 50000, last: 50010 },
      ],
    });
  });

  it('may have no end', () => {
    const text = 'Max open files            unlimited            unlimited            files\n';
    const limits = readKernelLimits((path) => (path === '/proc/self/limits' ? text : undefined));

    expect(limits.maxDescriptors).toBe(Infinity);
  });

  it('come from the process itself where there is no /proc', () => {
    const read = without('/proc/self/limits');

    expect(readKernelLimits(read, () => 256).maxDescriptors).toBe(256);
    expect(readKernelLimits(read, () => 'unlimited').maxDescriptors).toBe(Infinity);
  });

  it('are unknown where nothing tells them', () => {
    const nothing = readKernelLimits(
      () => undefined,
      () => undefined,
    );

    expect(nothing).toEqual({
      maxDescriptors: undefined,
      maxBacklog: undefined,
      ephemeralPorts: undefined,
      reservedPorts: [],
    });
  });

  it('of this machine can be read', () => {
    expect(readKernelLimits().maxDescriptors).toBeGreaterThan(64);
  });
});
