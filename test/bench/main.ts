import { writeFile } from 'node:fs/promises';
import { parseBenchOptions, usage } from './bench-options.js';
import type { BenchOptions } from './bench-options.js';
import { runBenchmark } from './benchmark.js';
import type { RowOutcome } from './benchmark.js';
import { availableCores } from './cores.js';
import { currentEnvironment } from './environment.js';
import type { Environment } from './environment.js';
import { markdownTable } from './markdown-report.js';
import { textHeader, textRow } from './text-report.js';
import { isComplete, isTargetMet } from './verdict.js';

/** Runs the benchmark as the command line asks and returns the exit code. */
export async function main(args: string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseBenchOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options.answer !== undefined) {
    console.log(options.answer);
    return 0;
  }
  const environment = currentEnvironment();
  const outcomes = await measure(options, environment);
  if (options.isMarkdown) {
    console.log(`\n${markdownTable(outcomes, options.peers)}`);
  }
  if (options.jsonFile !== undefined) {
    await writeFile(
      options.jsonFile,
      `${JSON.stringify({ environment, options, outcomes }, null, 2)}\n`,
    );
  }
  return exitCode(outcomes, options.isCheck);
}

async function measure(options: BenchOptions, environment: Environment): Promise<RowOutcome[]> {
  const cores = availableCores();
  const pinned = cores
    ? `server on core ${cores.server}, client on core ${cores.client}`
    : 'processes not pinned';
  console.log(
    `node ${environment.node}, @nestjs/microservices ${environment.nestMicroservices}, ${environment.cpu}, ` +
      `${pinned}, load before ${environment.loadBefore.toFixed(2)}`,
  );
  if (environment.loadBefore > environment.cores / 2) {
    console.log('The machine is busy with something else: the figures will be too low and uneven.');
  }
  console.log(textHeader());
  const outcomes: RowOutcome[] = [];
  for await (const outcome of runBenchmark({
    ...options,
    cores,
    isReusingProcesses: options.isSmoke,
  })) {
    console.log(textRow(outcome, !options.isSmoke));
    outcomes.push(outcome);
  }
  return outcomes;
}

function exitCode(outcomes: readonly RowOutcome[], isCheck: boolean): number {
  const failed = outcomes.filter((outcome) => !isComplete(outcome));
  const missed = isCheck
    ? outcomes.filter((outcome) => isComplete(outcome) && !isTargetMet(outcome))
    : [];
  const report = (word: string, list: readonly RowOutcome[]): void => {
    if (list.length > 0) {
      console.log(`\n${word}: ${list.map(({ row }) => row.name).join(', ')}`);
    }
  };
  report('failed', failed);
  report('targets not met', missed);
  return failed.length + missed.length > 0 ? 1 : 0;
}
