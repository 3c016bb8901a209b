import { Logger } from '@nestjs/common';
import { parseArgs } from 'node:util';
import { Cluster } from './cluster.js';
import { Callers } from './show/callers.js';
import { Report } from './show/report.js';
import { timeline } from './show/timeline.js';
import { printVerdict } from './show/verdict.js';

const PACE = { stepMs: 4_000, lineMs: 1_000, perSecond: 1_000 };
const ONCE_PACE = { stepMs: 1_200, lineMs: 400, perSecond: 300 };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
  const pace = values.once ? ONCE_PACE : PACE;
  Logger.overrideLogger(['error']);
  console.log('starting four instances of a shop, one process each …');
  const cluster = await Cluster.start(['one', 'two', 'three', 'four']);
  process.once('SIGINT', () => process.exit(0));
  process.once('SIGTERM', () => process.exit(0));
  for (const { name, address, pid } of cluster.instances)
    console.log(`  ${name.padEnd(6)} ${address} (process ${pid})`);
  try {
    const callers = new Callers(cluster.client, pace.perSecond);
    await show(cluster, callers, pace);
    if (printVerdict(callers, cluster).length > 0) process.exitCode = 1;
  } finally {
    await cluster.stop();
  }
}

async function show(cluster: Cluster, callers: Callers, pace: typeof PACE): Promise<void> {
  const report = new Report(cluster, callers, pace.lineMs);
  // Behind the lines of the report, so that each tells of what was said before it.
  await pause(pace.lineMs / 10);
  for (const { says, happen } of timeline(pace.stepMs)) {
    report.say(says);
    await Promise.all([happen(cluster), pause(pace.stepMs)]);
  }
  report.stop();
  await callers.stop();
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
