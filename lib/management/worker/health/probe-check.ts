export type CheckStatus = 'up' | 'degraded' | 'down';

/** What one check found, of one thing. */
export interface CheckResult {
  /** Under which it stands in the answer: `loop`, `pool orders`. */
  readonly key: string;
  readonly status: CheckStatus;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The name of a check, and of which of its things it is to speak. */
export interface CheckChoice {
  readonly name: CheckName;
  /** `orders` of `pool orders`; all of them without. */
  readonly only?: string;
}

export type CheckName =
  'loop' | 'lag' | 'lifecycle' | 'startup' | 'servers' | 'pools' | 'indicators';

/** One aspect of the service that probes speak of. Its answer must be there within 100 ms. */
export interface ProbeCheck {
  readonly name: CheckName;
  /** Whether it may be shown to whoever asks: it tells nothing of what the service deals with. */
  readonly isPublic: boolean;
  /** Must not throw. */
  run(only?: string): readonly CheckResult[] | Promise<readonly CheckResult[]>;
}
