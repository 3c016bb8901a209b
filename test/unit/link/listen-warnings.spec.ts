import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { KernelListenSettings } from '../../../lib/link/listen-warnings.js';
import { listenWarnings, readKernelListenSettings } from '../../../lib/link/listen-warnings.js';

const kernel: KernelListenSettings = {
  maxBacklog: 4096,
  ephemeralPorts: { from: 32_768, to: 60_999 },
  reservedPorts: [{ from: 40_000, to: 40_010 }],
};

const portOf = (port: number) => ({ kind: 'tcp', host: '0.0.0.0', port }) as const;

describe('a listener is warned of', () => {
  it('nothing, usually', () => {
    expect(listenWarnings(portOf(4000), 511, kernel)).toEqual([]);
    expect(listenWarnings(portOf(0), 511, kernel)).toEqual([]);
    expect(listenWarnings({ kind: 'unix', path: '/run/x.sock' }, 511, kernel)).toEqual([]);
  });

  it('a backlog that the kernel cuts', () => {
    expect(listenWarnings(portOf(4000), 5000, kernel)).toEqual([
      'tcp://0.0.0.0:4000: the backlog of 5000 is cut to 4096 by net.core.somaxconn',
    ]);
  });

  it.each([32_768, 50_000, 60_999])('port %i, which outgoing connections may take', (port) => {
    expect(listenWarnings(portOf(port), 511, kernel)).toEqual([
      expect.stringContaining('net.ipv4.ip_local_port_range (32768 to 60999)'),
    ]);
  });

  it.each([32_767, 40_000, 40_010, 61_000])('not of port %i, which they may not', (port) => {
    expect(listenWarnings(portOf(port), 511, kernel)).toEqual([]);
  });

  it('nothing where the kernel says nothing', () => {
    expect(listenWarnings(portOf(50_000), 65_535, {})).toEqual([]);
  });
});

describe('the settings of the kernel', () => {
  function settingsFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-settings-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'core'));
    mkdirSync(join(folder, 'ipv4'));
    return folder;
  }

  it('are read as Linux writes them', () => {
    const folder = settingsFolder();
    writeFileSync(join(folder, 'core/somaxconn'), '4096\n');
    writeFileSync(join(folder, 'ipv4/ip_local_port_range'), '32768\t60999\n');
    writeFileSync(join(folder, 'ipv4/ip_local_reserved_ports'), '4000,8000-8010\n');
    expect(readKernelListenSettings(folder)).toEqual({
      maxBacklog: 4096,
      ephemeralPorts: { from: 32_768, to: 60_999 },
      reservedPorts: [
        { from: 4000, to: 4000 },
        { from: 8000, to: 8010 },
      ],
    });
  });

  it('may be missing', () => {
    expect(readKernelListenSettings('/no/such/folder')).toEqual({ reservedPorts: [] });
    const folder = settingsFolder();
    writeFileSync(join(folder, 'ipv4/ip_local_reserved_ports'), '\n');
    expect(readKernelListenSettings(folder)).toEqual({ reservedPorts: [] });
  });
});
