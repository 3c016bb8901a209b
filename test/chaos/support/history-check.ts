import type { CallRecord } from './call-record.js';
import { labelOf } from './call-record.js';

/** How often each call was run, over all instances. */
export type Executions = ReadonlyMap<number, number>;

/**
 * Holds what callers saw against what servers did: every call is settled exactly once; `no` was never
 * run; no call ran twice unless that was declared harmless, and with a key not even then if `keysHold`;
 * what was acknowledged was run, and answered with its own answer.
 *
 * @param keysHold all instances that a keyed call may have reached have the window in common
 * @returns what is wrong, in words; empty if nothing is
 */
export function checkHistory(
  calls: readonly CallRecord[],
  executions: Executions,
  keysHold = false,
): string[] {
  const problems: string[] = [];
  for (const call of calls) {
    const runs = executions.get(call.id) ?? 0;
    for (const what of problemsOf(call, runs, keysHold))
      problems.push(`call ${call.id} (${labelOf(call)}, ran ${runs} times): ${what}`);
  }
  const known = new Set(calls.map(({ id }) => id));
  for (const id of executions.keys()) if (!known.has(id)) problems.push(`call ${id} was not made`);
  return problems;
}

type Rule = readonly [what: string, isBroken: (call: CallRecord, runs: number) => boolean];

const RULES: readonly Rule[] = [
  ['is not settled exactly once', ({ ends }) => ends !== 1],
  ['ran, and is said not to have run', ({ error }, runs) => error?.processed === 'no' && runs > 0],
  ['never ran, and is said to have', ({ error }, runs) => error?.processed === 'yes' && runs === 0],
  [
    'was acknowledged and never ran',
    ({ ends, error }, runs) => ends > 0 && error === undefined && runs === 0,
  ],
  ['has the answer of another', ({ id, reply }) => reply !== undefined && reply.id !== id],
];

function problemsOf(call: CallRecord, runs: number, keysHold: boolean): string[] {
  const problems = RULES.filter(([, isBroken]) => isBroken(call, runs)).map(([what]) => what);
  const mayRunTwice = call.isIdempotent && !(call.hasKey && keysHold);
  return runs > 1 && !mayRunTwice ? [...problems, 'ran more than once'] : problems;
}
