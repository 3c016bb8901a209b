import type { Cluster } from '../cluster.js';
import type { Callers } from './callers.js';

const MAYBE_LOST = 'CONNECTION_LOST maybe';

/** Says what became of all calls. @returns what should not have happened, in words */
export function printVerdict({ quotes, payments }: Callers, cluster: Cluster): string[] {
  const { calls } = cluster.client.pool.snapshot();
  console.log(`
  quotes     ${quotes.successes} answered, failed: ${quotes.failureText}; they may run twice
  payments   ${payments.successes} answered, failed: ${payments.failureText}; they must not
  pool       ${calls.started} calls, ${calls.retried} sent again`);
  const problems: string[] = [];
  if (quotes.failureCount > 0) problems.push(`quotes failed: ${quotes.failureText}`);
  const strange = [...payments.failures.keys()].filter((label) => label !== MAYBE_LOST);
  if (strange.length > 0) problems.push(`payments failed: ${strange.join(', ')}`);
  if (payments.byInstance.get('five') === undefined) problems.push('"five" got no calls');
  console.log(
    problems.length === 0
      ? '  verdict    no call failed but payments in flight on the killed instance, and these say so'
      : `  verdict    ${problems.join('; ')}`,
  );
  return problems;
}
