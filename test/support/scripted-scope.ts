import { onTestFinished } from 'vitest';
import type { CallScope, FollowedCall } from '../../lib/common/call-scope.js';
import { callScopes } from '../../lib/common/call-scope.js';

/** A request as handlers' calls see it; the test says what becomes of it. */
export class ScriptedScope implements CallScope {
  deadlineAt = Infinity;
  metadata: Readonly<Record<string, unknown>> | undefined = undefined;
  stopError: Error | undefined = undefined;
  readonly followed: FollowedCall[] = [];

  constructor(parts: Partial<Pick<ScriptedScope, 'deadlineAt' | 'metadata' | 'stopError'>> = {}) {
    Object.assign(this, parts);
  }

  follow(call: FollowedCall): void {
    this.followed.push(call);
  }

  run<Result>(work: () => Result): Result {
    return callScopes.enter(this, work);
  }
}

/** Somebody inherits, until the test is over. */
export function inheritDuringTest(): void {
  onTestFinished(callScopes.join());
}
