import { collectReply } from '../collected-reply.js';
import { patternOf } from '../handlers.js';
import { payloads } from '../payload.js';
import type { ClientEnd } from '../peers/peer.js';
import type { Row } from '../row.js';
import { CallLoop } from './call-loop.js';
import type { IssueCall } from './call-loop.js';
import { CallsBesideBytes } from './calls-beside-bytes.js';
import { EventFlood } from './event-flood.js';
import type { EventFloodOptions } from './event-flood.js';
import type { Load } from './load.js';
import { PacedCalls } from './paced-calls.js';

/** The load that a row asks for, on the given client: the same code for every peer. */
export function createLoad(row: Row, client: ClientEnd): Load {
  const plan = row.load;
  switch (plan.kind) {
    case 'requests':
      return new CallLoop({
        issue: issuer(client, patternOf(plan.handler, row.pattern), payloads[plan.payload]),
        inFlight: plan.inFlight,
        valuesPerCall: 1,
      });
    case 'stream':
      return new CallLoop({
        issue: issuer(client, patternOf('items', row.pattern), { count: plan.items }),
        inFlight: 1,
        valuesPerCall: plan.items,
      });
    case 'requests-beside-bytes': {
      const echo = patternOf('echo', row.pattern);
      const small = new CallLoop({
        issue: issuer(client, echo, payloads.small),
        inFlight: plan.inFlight,
        valuesPerCall: 1,
      });
      return new CallsBesideBytes(
        small,
        new PacedCalls(issuer(client, echo, payloads.bytes64KiB), plan.bytesPerSecond),
      );
    }
    case 'events':
      return createEventFlood(row, client, plan.bounds);
  }
}

type EventBounds = Pick<EventFloodOptions, 'inFlight' | 'outstanding'>;

function createEventFlood(row: Row, client: ClientEnd, bounds: EventBounds): EventFlood {
  const tick = patternOf('tick', row.pattern);
  const delivered = patternOf('delivered', row.pattern);
  return new EventFlood({
    emit: (observer) => client.emit(tick, payloads.small).subscribe(observer),
    askDelivered: async () => Number((await collectReply(client, delivered, {}))[0]),
    ...bounds,
  });
}

function issuer(client: ClientEnd, pattern: unknown, payload: object): IssueCall {
  return (observer) => client.send(pattern, payload).subscribe(observer);
}
