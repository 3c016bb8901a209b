import { Agent, request } from 'node:http';

/** What the callers of the gateway saw. */
export interface LoadResult {
  readonly calls: number;
  readonly failures: number;
  readonly seconds: number;
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[];
  readonly callsByInstance: ReadonlyMap<string, number>;
}

const CALLERS = 16;
const KNOWN_ORDERS = 1_000;

/** Sends requests to the gateway for a while, as several callers who each wait for their answer. */
export async function runLoad(gateway: string, durationMs: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  const latencies: number[] = [];
  const callsByInstance = new Map<string, number>();
  let failures = 0;
  const startedAt = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      const sentAt = performance.now();
      const id = 1 + (latencies.length % KNOWN_ORDERS);
      const order = await getJson(agent, `${gateway}/orders/${id}`).catch(() => undefined);
      latencies.push(performance.now() - sentAt);
      if (order === undefined) failures++;
      else countInstance(callsByInstance, String(order.servedBy));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  agent.destroy();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    calls: latencies.length,
    failures,
    seconds,
    latencies: latencies.sort((a, b) => a - b),
    callsByInstance,
  };
}

function countInstance(counts: Map<string, number>, instance: string): void {
  counts.set(instance, (counts.get(instance) ?? 0) + 1);
}

/** A GET whose answer is JSON; anything but status 200 rejects. */
export function getJson(agent: Agent | undefined, url: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, timeout: 5_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body) as Record<string, unknown>);
        else reject(new Error(`${url} answered ${response.statusCode}: ${body}`));
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} did not answer within 5 s`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
