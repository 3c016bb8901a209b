import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { beforeEach, expect } from 'vitest';
import { isFull } from './chaos-settings.js';

/** One line of the scorecard. */
export interface ScoreRow {
  /** A sentence of the promise, shortened. */
  readonly promise: string;
  /** How it was tried. */
  readonly scenario: string;
  readonly measured: string;
  readonly limit: string;
  readonly met: 'yes' | 'no' | 'not tried';
}

/** What a measurement is held against. */
export interface Bound {
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Written behind the figures: ` ms`, ` %`. */
  readonly unit?: string;
  /**
   * What the short form holds it against instead, on a machine that may be busy with other things;
   * `undefined` if it cannot say anything there.
   */
  readonly loose: number | undefined;
}

/** What is tried, and of which promise. */
export interface Trial {
  readonly promise: string;
  readonly scenario: string;
}

const file = process.env.CHAOS_SCORES;

/** Stalls of this process above this are told: they are the machine's, and in every time that is measured. */
const STALL_MS = 100;
const NANOSECONDS_PER_MS = 1e6;
const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();
beforeEach(forgetStalls);

/** What comes from now on is measured. */
export function forgetStalls(): void {
  loopDelay.reset();
}

/** Holds a measurement against its limit, and notes both. */
export function measure(trial: Trial, value: number, bound: Bound): void {
  const { atMost, atLeast, unit = '' } = bound;
  const limit = isFull ? (atMost ?? atLeast) : bound.loose;
  const isMet = limit === undefined || (atMost === undefined ? value >= limit : value <= limit);
  const row: ScoreRow = {
    ...trial,
    measured: `${round(value)}${unit}${atMost === 0 ? '' : stallNote()}`,
    limit: atMost === undefined ? `≥ ${atLeast}${unit}` : `≤ ${atMost}${unit}`,
    met: isMet ? 'yes' : 'no',
  };
  note(row);
  expect.soft(isMet, `${row.scenario}: ${row.measured}, limit ${row.limit}`).toBe(true);
}

/** Notes that something is not permitted here, in plain words. */
export function notTried(trial: Trial, why: string): void {
  note({ ...trial, measured: why, limit: '', met: 'not tried' });
}

function note(row: ScoreRow): void {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

function stallNote(): string {
  const stallMs = loopDelay.max / NANOSECONDS_PER_MS;
  return stallMs > STALL_MS ? ` (own stall of ${stallMs.toFixed(0)} ms)` : '';
}

function round(value: number): number {
  return Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1));
}
