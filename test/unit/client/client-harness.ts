import type { ReadPacket } from '@nestjs/microservices';
import { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { RecordedPool } from '../../support/recorded-pool.js';

/** A derived class that changes nothing, so that calls take the way of those that do. */
export class DerivedClient extends SocketPoolClient {
  protected override createPacket<TInput>(pattern: unknown, data: TInput): ReadPacket {
    return super.createPacket(pattern, data);
  }
}

/** As above, with the way on which every call connects first. */
export class ConnectingClient extends SocketPoolClient {
  override connect(): Promise<void> {
    return super.connect();
  }
}

export function make(Client: typeof SocketPoolClient = SocketPoolClient) {
  const recorded = new RecordedPool();
  return { recorded, client: new Client({ pool: recorded.pool }) };
}

export interface Outcome {
  readonly events: unknown[];
  readonly unsubscribe: () => void;
}

export function listen(
  client: SocketPoolClient,
  pattern: unknown = 'p',
  data: unknown = 1,
): Outcome {
  const events: unknown[] = [];
  const subscription = client.send(pattern, data).subscribe({
    next: (value) => events.push(['next', value]),
    complete: () => events.push('complete'),
    error: (error: unknown) => events.push(['error', error]),
  });
  return { events, unsubscribe: () => subscription.unsubscribe() };
}

export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
