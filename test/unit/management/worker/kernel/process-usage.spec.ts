import { describe, expect, it } from 'vitest';
import { parseKernelUnits } from '../../../../../lib/management/worker/kernel/auxiliary-vector.js';
import {
  parseResidentPages,
  ProcessUsageReader,
} from '../../../../../lib/management/worker/kernel/process-usage.js';
import { KernelSamples } from '../../../../support/kernel-samples.js';

function auxiliaryVector(...entries: readonly (readonly [bigint, bigint])[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(entries.flat()).buffer);
}

const stat = (user: number, system: number) =>
  `7 (node) S 1 1 1 0 -1 4194304 3 0 0 0 ${user} ${system} 0 0 20 0 12 0 313051 1062662144 12345`;

describe('the units of the kernel', () => {
  it('are read from the auxiliary vector', () => {
    const vector = auxiliaryVector([33n, 140442985934848n], [6n, 65536n], [17n, 250n], [0n, 0n]);
    expect(parseKernelUnits(vector)).toEqual({ pageBytes: 65536, ticksPerSecond: 250 });
  });

  it.each([undefined, new Uint8Array(7), auxiliaryVector([6n, 0n], [17n, 1n << 60n])])(
    'are the usual ones where it says nothing of use',
    (vector) => {
      expect(parseKernelUnits(vector)).toEqual({ pageBytes: 4096, ticksPerSecond: 100 });
    },
  );
});

describe('the usage of the process', () => {
  it('counts processor time and memory in those units', () => {
    const files = new KernelSamples({
      '/proc/self/stat': stat(210, 40),
      '/proc/self/task/7/stat': stat(100, 3),
      '/proc/self/statm': '765 436 407 5 0 123 0\n',
      '/proc/self/auxv': auxiliaryVector([6n, 16384n], [17n, 100n]),
    });
    const reader = new ProcessUsageReader(files, 7);
    expect(reader.read()).toEqual({
      cpuUserMicros: 2_100_000,
      cpuSystemMicros: 400_000,
      mainThreadCpuUserMicros: 1_000_000,
      mainThreadCpuSystemMicros: 30_000,
      rssBytes: 436 * 16384,
      virtualBytes: 1062662144,
      threads: 12,
    });
    reader.read();
    expect(files.reads.get('/proc/self/auxv')).toBe(1);
  });

  it('leaves out what cannot be read', () => {
    const reader = new ProcessUsageReader(new KernelSamples({ '/proc/self/stat': stat(1, 1) }), 7);
    expect(reader.read()).toMatchObject({
      rssBytes: undefined,
      mainThreadCpuUserMicros: undefined,
    });
    expect(new ProcessUsageReader(new KernelSamples(), 7).read()).toBeUndefined();
    expect(parseResidentPages('765')).toBeUndefined();
  });
});
