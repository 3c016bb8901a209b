import type { ProbeCheck } from './probe-check.js';
import type { ProbeGroups } from './probe-groups.js';

/** The token of {@link ProbeParts}. */
export const PROBE_PARTS = Symbol('PROBE_PARTS');

export interface ProbeParts {
  /** One of each name. */
  readonly checks: readonly ProbeCheck[];
  readonly groups: ProbeGroups;
  readonly log: { warn(text: string): void };
}
