// Entry of `npm run test:chaos`: runs every scenario at full length and writes the scorecard.
//   npm run test:chaos                     all of it, from the usual seed
//   npm run test:chaos -- --seed 123       again what went wrong with that seed; `--seed random` for a new one
//   npm run test:chaos -- choosing cuts    only these files of test/chaos; writes no scorecard
//   npm run test:chaos -- --short          the short form, as `npm test` runs it
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scorecardText } from './scorecard-text.mjs';

const SCORECARD = fileURLToPath(new URL('SCORECARD.md', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const POLL_MS = 500;
const SEEDS = 2 ** 31;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, short: { type: 'boolean', default: false } },
});
const seed = seedOf(values.seed ?? process.env.CHAOS_SEED ?? '20261129');
const folder = mkdtempSync(join(tmpdir(), 'chaos-scores-'));
const scores = join(folder, 'scores.jsonl');
writeFileSync(scores, '');
console.log(`seed ${seed}; to repeat: npm run test:chaos -- --seed ${seed}`);

const startedAt = Date.now();
const files = positionals.map((name) => `test/chaos/${name}`);
const vitest = spawn(
  process.execPath,
  [VITEST, 'run', '--project', 'chaos', '--reporter', 'verbose', ...files],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      CHAOS_FULL: values.short ? '0' : '1',
      CHAOS_SEED: String(seed),
      CHAOS_SCORES: scores,
    },
  },
);
let printed = 0;
const printer = setInterval(printNewRows, POLL_MS);
vitest.once('close', (code) => {
  clearInterval(printer);
  const rows = printNewRows();
  rmSync(folder, { recursive: true, force: true });
  void finish(rows, code ?? 1);
});

async function finish(rows, code) {
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  const unmet = rows.filter(({ met }) => met === 'no');
  console.log(`${rows.length} measurements in ${seconds} s, ${unmet.length} beyond their limits`);
  if (!values.short && files.length === 0) {
    writeFileSync(SCORECARD, await scorecardText({ rows, seed, seconds }));
    console.log('written to test/chaos/SCORECARD.md');
  }
  process.exitCode = code === 0 && unmet.length === 0 ? 0 : 1;
}

/** @returns all rows so far */
function printNewRows() {
  const rows = readFileSync(scores, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  for (const { met, scenario, measured, limit } of rows.slice(printed))
    console.log(`  [${met}] ${scenario}: ${measured}${limit === '' ? '' : ` (${limit})`}`);
  printed = rows.length;
  return rows;
}

function seedOf(text) {
  if (text === 'random') return Date.now() % SEEDS;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0 && number < SEEDS) return number;
  console.error(`--seed: ${text} is not a whole number below ${SEEDS}, nor 'random'`);
  return process.exit(1);
}
