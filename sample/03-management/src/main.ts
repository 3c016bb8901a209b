import { Logger } from '@nestjs/common';
import { SocketPoolClient } from 'nestjs-socket-pool';
import { Callers } from './callers.js';
import { Instance } from './instance.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function run(): Promise<void> {
  Logger.overrideLogger(['warn', 'error']);
  const first = await Instance.start('first');
  const second = await Instance.start('second');
  try {
    await showHang(first);
    await showOffline(first, second);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
}

/** The loop stands still; the management port answers all the same, and says where. */
async function showHang(instance: Instance): Promise<void> {
  const client = new SocketPoolClient({ endpoints: [instance.addresses.service] });
  await client.connect();
  await printProbes(instance, 'before');
  const hanging = client.request('reports.hang', 4);
  await pause(2_500);
  await printProbes(instance, 'while the service hangs');
  const { body } = await instance.ask('/diagnostics/stack');
  console.log(`  what it is doing: ${topOf(body)}`);
  await hanging;
  await pause(1_500);
  await printProbes(instance, 'after');
  await client.close();
}

/** One instance is taken out under load and put back: no call fails, because there is another. */
async function showOffline(first: Instance, second: Instance): Promise<void> {
  const callers = new Callers([first.addresses.service, second.addresses.service]);
  await pause(1_000);
  await first.ask('/lifecycle/offline', 'POST');
  await pause(1_500);
  const ready = await first.ask('/health/ready');
  console.log(
    `offline: the first instance answers ready with ${ready.status}, ${callers.calls} calls so far, ${callers.failures} failed`,
  );
  await first.ask('/lifecycle/online', 'POST');
  await pause(3_000);
  const again = await first.ask('/health/ready');
  await callers.stop();
  console.log(
    `online:  the first instance answers ready with ${again.status}, ${callers.calls} calls, ${callers.failures} failed`,
  );
  if (ready.status !== 503 || again.status !== 200) throw new Error('readiness did not follow');
  if (callers.failures > 0) throw new Error(`${callers.failures} calls failed`);
}

async function printProbes(instance: Instance, when: string): Promise<void> {
  const startedAt = performance.now();
  const live = await instance.ask('/health/live');
  const ready = await instance.ask('/health/ready');
  const ms = Math.round(performance.now() - startedAt);
  console.log(`${when}: live ${live.status}, ready ${ready.status} (both in ${ms} ms)`);
}

function topOf(body: Record<string, unknown>): string {
  const [frame] = (body.frames ?? []) as { functionName?: string; url?: string; line?: number }[];
  return frame === undefined
    ? JSON.stringify(body)
    : `${frame.functionName} at ${frame.url}:${frame.line}`;
}

run().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
