import type { PayloadName } from './payload.js';

/** The two ways a Nest user names a handler; the stock transport is much slower with strings. */
export type PatternKind = 'string' | 'object';

/** What the client process does during a round. */
export type LoadPlan =
  | { kind: 'requests'; handler: 'echo' | 'enhanced'; payload: PayloadName; inFlight: number }
  | { kind: 'requests-beside-bytes'; inFlight: number; bytesPerSecond: number }
  | { kind: 'stream'; items: number }
  | { kind: 'events'; bounds: { inFlight: number; outstanding: number } };

/** One line of the benchmark. */
export interface Row {
  name: string;
  title: string;
  pattern: PatternKind;
  load: LoadPlan;
  /** The rate wanted, as a multiple of the stock transport's in the same run. */
  rateTarget?: number;
  /** Whether the hand-written echo (peer `limit`) can run it too. */
  hasLimit?: boolean;
}

const ITEMS_PER_STREAM = 10_000;
const BYTES_LOAD: LoadPlan = {
  kind: 'requests',
  handler: 'echo',
  payload: 'bytes64KiB',
  inFlight: 16,
};
/** Few enough in flight that the p99 shows the wait behind a large message, not the queue of small ones. */
const BESIDE_LOAD: LoadPlan = { kind: 'requests-beside-bytes', inFlight: 16, bytesPerSecond: 100 };

export const rows: readonly Row[] = [
  small(1, 'string'),
  small(64, 'string', 4.5),
  small(1024, 'string', 5),
  small(1, 'object'),
  small(64, 'object', 3.2),
  small(1024, 'object', 3.5),
  enhanced('string', 2.2),
  enhanced('object'),
  object1KiB('string', 1.9),
  object1KiB('object', 1.5),
  {
    name: 'bytes-64k-16',
    title: '64 KiB bytes, 16 in flight',
    pattern: 'string',
    load: BYTES_LOAD,
    rateTarget: 50,
    hasLimit: true,
  },
  {
    name: 'stream-10k',
    title: 'stream of 10 000 items (items/s)',
    pattern: 'string',
    load: { kind: 'stream', items: ITEMS_PER_STREAM },
  },
  events('string'),
  events('object'),
  {
    name: 'beside-bytes',
    title: 'small request, 16 in flight, beside 100/s of 64 KiB bytes',
    pattern: 'string',
    load: BESIDE_LOAD,
  },
];

export function rowNamed(name: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row) {
    throw new Error(`no row is named "${name}"`);
  }
  return row;
}

function small(inFlight: number, pattern: PatternKind, rateTarget?: number): Row {
  return {
    name: `small-${inFlight}-${pattern}`,
    title: `small request, ${inFlight} in flight`,
    pattern,
    load: { kind: 'requests', handler: 'echo', payload: 'small', inFlight },
    rateTarget,
    hasLimit: pattern === 'string',
  };
}

function enhanced(pattern: PatternKind, rateTarget?: number): Row {
  return {
    name: `enhanced-64-${pattern}`,
    title: 'small request with guard, interceptor and pipe, 64 in flight',
    pattern,
    load: { kind: 'requests', handler: 'enhanced', payload: 'small', inFlight: 64 },
    rateTarget,
  };
}

function object1KiB(pattern: PatternKind, rateTarget: number): Row {
  return {
    name: `object-1k-64-${pattern}`,
    title: '1 KiB object, 64 in flight',
    pattern,
    load: { kind: 'requests', handler: 'echo', payload: 'object1KiB', inFlight: 64 },
    rateTarget,
    hasLimit: pattern === 'string',
  };
}

function events(pattern: PatternKind): Row {
  return {
    name: `events-${pattern}`,
    title: 'events delivered',
    pattern,
    load: { kind: 'events', bounds: { inFlight: 64, outstanding: 16_384 } },
  };
}
