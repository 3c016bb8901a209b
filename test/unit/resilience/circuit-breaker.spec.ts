import { describe, expect, it } from 'vitest';
import type { CircuitTerms } from '../../../lib/resilience/circuit-breaker.js';
import { CircuitBreaker } from '../../../lib/resilience/circuit-breaker.js';
import { ManualClock } from '../../support/manual-clock.js';

const TERMS: CircuitTerms = { openMs: 1_000, maxOpenMs: 4_000, jitterRatio: 0, probes: 1 };

function setUp(terms: Partial<CircuitTerms> = {}, random = () => 0) {
  const clock = new ManualClock();
  const changes: string[] = [];
  const circuit = new CircuitBreaker(clock, random, {
    ...TERMS,
    ...terms,
    onChange: (to) => changes.push(to),
  });
  return { clock, circuit, changes };
}

/** Opens it, waits until it is half open, and lets a probe fail. */
function failProbe({ clock, circuit }: ReturnType<typeof setUp>): void {
  clock.advance(circuit.remainingMs ?? 0);
  circuit.leave(circuit.enter(), 'failed');
}

describe('a circuit breaker', () => {
  it('is closed at first, whatever calls come to', () => {
    const { circuit, changes } = setUp();
    for (let call = 0; call < 100; call++) circuit.leave(circuit.enter(), 'failed');
    expect([circuit.state, circuit.isFree, changes]).toEqual(['closed', true, []]);
  });

  it('lets nothing through from when it is tripped until its time is over', () => {
    const { clock, circuit, changes } = setUp();
    circuit.trip();
    expect([circuit.state, circuit.isFree, circuit.remainingMs]).toEqual(['open', false, 1_000]);
    clock.advance(999);
    expect(circuit.isFree).toBe(false);
    clock.advance(1);
    expect([circuit.state, circuit.isFree, circuit.remainingMs]).toEqual([
      'halfOpen',
      true,
      undefined,
    ]);
    expect(changes).toEqual(['open', 'halfOpen']);
  });

  it('closes when its probe succeeds', () => {
    const { clock, circuit } = setUp();
    circuit.trip();
    clock.advance(1_000);
    const pass = circuit.enter();
    expect(circuit.isFree).toBe(false);
    circuit.leave(pass, 'succeeded');
    expect([circuit.state, circuit.isFree, clock.timerCount]).toEqual(['closed', true, 0]);
  });

  it('opens for twice as long each time its probe fails, up to the maximum', () => {
    const bench = setUp();
    bench.circuit.trip();
    const times: (number | undefined)[] = [];
    for (let round = 0; round < 5; round++) {
      times.push(bench.circuit.remainingMs);
      failProbe(bench);
    }
    expect(times).toEqual([1_000, 2_000, 4_000, 4_000, 4_000]);
    expect(bench.circuit.openings).toBe(6);
  });

  it('forgives an opening for each first time that it stays closed', () => {
    const bench = setUp();
    const { clock, circuit } = bench;
    circuit.trip();
    failProbe(bench);
    failProbe(bench);
    circuit.close();
    clock.advance(2_000);
    circuit.trip();
    expect(circuit.remainingMs).toBe(2_000);
    circuit.close();
    clock.advance(60_000);
    circuit.trip();
    expect(circuit.remainingMs).toBe(1_000);
  });

  it('lengthens its time at random', () => {
    const { circuit } = setUp({ jitterRatio: 0.5 }, () => 0.5);
    circuit.trip();
    expect(circuit.remainingMs).toBe(1_250);
  });

  it('waits for the next call when a probe was given up', () => {
    const { clock, circuit } = setUp();
    circuit.trip();
    clock.advance(1_000);
    circuit.leave(circuit.enter(), 'neither');
    expect([circuit.state, circuit.isFree]).toEqual(['halfOpen', true]);
  });

  it('does not count what was begun in an earlier state', () => {
    const { clock, circuit } = setUp();
    const before = circuit.enter();
    circuit.trip();
    const during = circuit.enter();
    clock.advance(1_000);
    circuit.leave(before, 'failed');
    circuit.leave(during, 'succeeded');
    expect(circuit.state).toBe('halfOpen');
  });

  it('with several probes closes when as many have succeeded', () => {
    const { clock, circuit } = setUp({ probes: 2 });
    circuit.trip();
    clock.advance(1_000);
    const passes = [circuit.enter(), circuit.enter()];
    expect(circuit.isFree).toBe(false);
    circuit.leave(passes[0]!, 'succeeded');
    expect([circuit.state, circuit.isFree]).toEqual(['halfOpen', true]);
    circuit.leave(passes[1]!, 'succeeded');
    expect(circuit.state).toBe('closed');
  });

  it('lets another probe go when one takes too long, and counts both', () => {
    const { clock, circuit } = setUp();
    circuit.trip();
    clock.advance(1_000);
    const late = circuit.enter();
    clock.advance(1_000);
    expect(circuit.isFree).toBe(true);
    const next = circuit.enter();
    circuit.leave(late, 'neither');
    circuit.leave(next, 'succeeded');
    expect([circuit.state, clock.timerCount]).toEqual(['closed', 0]);
  });

  it('leaves no timer behind when it is disposed of, in whatever state', () => {
    const open = setUp();
    open.circuit.trip();
    const halfOpen = setUp();
    halfOpen.circuit.trip();
    halfOpen.clock.advance(1_000);
    halfOpen.circuit.enter();
    for (const { clock, circuit } of [setUp(), open, halfOpen]) {
      circuit.dispose();
      expect(clock.timerCount).toBe(0);
    }
  });
});
