import { describe, expect, it } from 'vitest';
import { TcpScan } from '../../../../../lib/management/worker/kernel/tcp-scan.js';
import { KernelSamples } from '../../../../support/kernel-samples.js';
import { ManualClock } from '../../../../support/manual-clock.js';

const LISTENING = '   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 0\n';
const TCP = '/proc/self/net/tcp';
const ports = () => ({ local: [4000], remote: [] });

function scanOf(files: Record<string, string>) {
  const clock = new ManualClock();
  const samples = new KernelSamples(files);
  return { clock, samples, scan: new TcpScan(samples, clock, ports) };
}

describe('the scan of the socket tables', () => {
  it('reads both tables once in ten seconds, however many ask', async () => {
    const { clock, samples, scan } = scanOf({ [TCP]: LISTENING, [`${TCP}6`]: LISTENING });
    expect(scan.latest).toBeUndefined();
    const [first, second] = await Promise.all([scan.read(), scan.read()]);
    expect(first?.local).toEqual([{ port: 4000, states: { listen: 2 }, acceptQueue: 0 }]);
    expect(second).toBe(first);
    clock.advance(9_000);
    expect(await scan.read()).toBe(first);
    expect(samples.reads.get(TCP)).toBe(1);
    clock.advance(1_000);
    expect(await scan.read()).not.toBe(first);
    expect(scan.latest?.takenAt).toBe(clock.wallNow());
    expect(samples.openFiles).toBe(0);
  });

  it('pauses between slices of a long table', async () => {
    const { clock, samples, scan } = scanOf({});
    const pieces = Array<string>(5).fill(LISTENING);
    const read = () => (clock.block(3), pieces.shift() ?? '');
    samples.open = (path) => (path === TCP ? { read, close: () => {} } : undefined);
    const reading = scan.read();
    expect(clock.timerCount).toBe(1);
    await clock.advanceAsync(100);
    expect((await reading)?.local[0].states).toEqual({ listen: 5 });
    expect(clock.timerCount).toBe(0);
  });

  it.each([
    ['there are no tables', {}],
    ['a table cannot be read to the end', { [TCP]: `${LISTENING}|FAIL|${LISTENING}` }],
  ])('finds nothing when %s', async (_, files) => {
    const { samples, scan } = scanOf(files);
    expect(await scan.read()).toBeUndefined();
    expect(samples.openFiles).toBe(0);
  });

  it('gives up a table that does not end', async () => {
    const { clock, samples, scan } = scanOf({});
    samples.open = () => ({ read: () => (clock.block(5), LISTENING), close: () => {} });
    const reading = scan.read();
    await clock.advanceAsync(10_000);
    expect(await reading).toBeUndefined();
  });
});
