import { isDeepStrictEqual } from 'node:util';
import { collectReply } from './collected-reply.js';
import type { enhancerRuns } from './enhancers.js';
import { patternOf } from './handlers.js';
import { payloads } from './payload.js';
import type { ClientEnd } from './peers/peer.js';
import type { Row } from './row.js';

/** Makes one call as the row does and throws unless the reply is right: a fast wrong answer is no result. */
export async function checkReply(row: Row, client: ClientEnd): Promise<void> {
  const plan = row.load;
  if (plan.kind !== 'requests') {
    return;
  }
  const sent = payloads[plan.payload];
  const [reply] = await collectReply(client, patternOf(plan.handler, row.pattern), sent);
  const isRight =
    sent instanceof Uint8Array
      ? Buffer.from(sent).equals(bytesOf(reply))
      : isDeepStrictEqual(reply, sent);
  if (!isRight) {
    throw new Error(`wrong reply: ${JSON.stringify(reply)?.slice(0, 200)}`);
  }
  if (plan.handler === 'enhanced') {
    await checkEnhancers(client);
  }
}

async function checkEnhancers(client: ClientEnd): Promise<void> {
  const [runs] = await collectReply(client, patternOf('enhancer-runs', 'string'), {});
  const skipped = Object.entries(runs as typeof enhancerRuns).filter(([, count]) => count === 0);
  if (skipped.length > 0) {
    throw new Error(`enhancers did not run: ${skipped.map(([name]) => name).join(', ')}`);
  }
}

/** The stock transport brings a Buffer back as `{ type: 'Buffer', data: [...] }`; it is not charged for the way back. */
function bytesOf(reply: unknown): Uint8Array {
  return reply instanceof Uint8Array
    ? reply
    : Buffer.from((reply as { data?: number[] } | undefined)?.data ?? []);
}
