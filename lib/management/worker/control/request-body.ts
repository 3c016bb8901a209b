import { BadRequestException } from '@nestjs/common';
import type { PoolSizing } from '../../management.contract.js';

const MAX_COUNT = 1_000_000;
const MAX_WEIGHT = 65_535;
const SIZING_NAMES: ReadonlySet<string> = new Set<keyof PoolSizing>([
  ...(['minConnections', 'maxConnections', 'highWatermark', 'lowWatermark'] as const),
]);

/** @throws BadRequestException that lists every problem */
export function readSizing(body: unknown): PoolSizing {
  const entries = Object.entries(objectOf(body));
  const problems = entries.flatMap(([name, value]) => {
    if (!SIZING_NAMES.has(name)) return [`${printable(name)}: there is no such property`];
    return isWhole(value) ? [] : [`${name}: it is not a whole number from 0 to ${MAX_COUNT}`];
  });
  if (entries.length === 0) problems.push(`one of ${[...SIZING_NAMES].join(', ')} is needed`);
  if (problems.length > 0) throw new BadRequestException(problems);
  return Object.fromEntries(entries) as PoolSizing;
}

/** @throws BadRequestException */
export function readWeight(body: unknown): number {
  const { weight, ...others } = objectOf(body);
  const isWeight = typeof weight === 'number' && weight >= 0 && weight <= MAX_WEIGHT;
  if (isWeight && Object.keys(others).length === 0) return weight;
  throw new BadRequestException(`{"weight": …} is needed, with a number from 0 to ${MAX_WEIGHT}`);
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Readonly<Record<string, unknown>>;
  throw new BadRequestException('a body of JSON is needed (Content-Type: application/json)');
}

function isWhole(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT;
}

function printable(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39)}…`;
}
