import { describe, expect, it } from 'vitest';
import { FlightRecorder } from '../../../../../lib/management/worker/diagnostics/flight-recorder.js';

const event = (at: number, source = 'pool orders', text = '') => ({ at, source, name: 'x', text });
const times = (recorder: FlightRecorder, source?: string, limit?: number) =>
  recorder.list(source, limit).map(({ at }) => at);

describe('the flight recorder', () => {
  it('keeps the last events of a source, the oldest first', () => {
    const recorder = new FlightRecorder(3);
    expect(recorder.list()).toEqual([]);
    for (let at = 1; at <= 2; at++) recorder.record(event(at));
    expect(times(recorder)).toEqual([1, 2]);
    for (let at = 3; at <= 8; at++) recorder.record(event(at));
    expect(times(recorder)).toEqual([6, 7, 8]);
  });

  it('does not let one source push out another', () => {
    const recorder = new FlightRecorder(2);
    recorder.record(event(1, 'server 0'));
    for (let at = 2; at <= 50; at++) recorder.record(event(at));
    expect(times(recorder, 'server 0')).toEqual([1]);
    expect(times(recorder)).toEqual([1, 49, 50]);
    expect(times(recorder, undefined, 2)).toEqual([49, 50]);
    expect(times(recorder, 'pool orders', 0)).toEqual([]);
    expect(times(recorder, 'pool nobody')).toEqual([]);
    expect(recorder.sources).toEqual(['pool orders', 'server 0']);
  });

  it('is bounded in sources, and forgets the one silent for longest', () => {
    const recorder = new FlightRecorder(2);
    for (let i = 0; i < 256; i++) recorder.record(event(i, `pool ${i}`));
    recorder.record(event(300, 'pool 0'));
    recorder.record(event(301, 'pool new'));
    expect(recorder.sources).toHaveLength(256);
    expect(recorder.sources).toContain('pool 0');
    expect(recorder.sources).not.toContain('pool 1');
  });

  it('is bounded in text', () => {
    const recorder = new FlightRecorder();
    recorder.record(event(1, 'pool orders', 'x'.repeat(10_000)));
    expect(recorder.list()[0].text).toBe(`${'x'.repeat(500)}…`);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to keep %d events', (perSource) => {
    expect(() => new FlightRecorder(perSource)).toThrow(RangeError);
  });
});
