import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  readSizing,
  readWeight,
} from '../../../../../lib/management/worker/control/request-body.js';

function problemsOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(BadRequestException);
    return ((error as BadRequestException).getResponse() as { message: unknown }).message;
  }
}

describe('the sizing of a pool', () => {
  it('is read as it is', () => {
    const sizing = { minConnections: 2, maxConnections: 8, highWatermark: 64, lowWatermark: 0 };
    expect(readSizing(sizing)).toEqual(sizing);
    expect(readSizing({ maxConnections: 8 })).toEqual({ maxConnections: 8 });
  });

  it('is refused with every problem', () => {
    const body = JSON.parse('{"minConnections":-1,"maxConnections":1.5,"__proto__":1,"size":2}');
    expect(problemsOf(() => readSizing(body))).toEqual([
      'minConnections: it is not a whole number from 0 to 1000000',
      'maxConnections: it is not a whole number from 0 to 1000000',
      '__proto__: there is no such property',
      'size: there is no such property',
    ]);
  });

  it.each([[undefined], [null], ['text'], [[1]], [{}]])('is not %j', (body) => {
    expect(problemsOf(() => readSizing(body))).toBeDefined();
    expect(() => readSizing(body)).toThrow(BadRequestException);
  });

  it('does not repeat a name of any length', () => {
    const [problem] = problemsOf(() => readSizing({ ['x'.repeat(5_000)]: 1 })) as string[];
    expect(problem!.length).toBeLessThan(100);
  });
});

describe('a weight', () => {
  it.each([0, 0.5, 65_535])('may be %s', (weight) => {
    expect(readWeight({ weight })).toBe(weight);
  });

  it.each([
    [{ weight: -1 }],
    [{ weight: 65_536 }],
    [{ weight: '1' }],
    [{ weight: 1, zone: 'a' }],
    [{}],
    [undefined],
  ])('is not %j', (body) => {
    expect(() => readWeight(body)).toThrow(BadRequestException);
  });
});
