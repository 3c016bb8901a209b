import { cpus } from 'node:os';
import { format, resolveConfig } from 'prettier';

/** The scorecard as Markdown, in the format of the repository. */
export async function scorecardText({ rows, seed, seconds }) {
  const date = new Date().toISOString().slice(0, 10);
  const unmet = rows.filter(({ met }) => met === 'no').length;
  const text = `# Scorecard of the chaos suite

Written by \`npm run test:chaos\`: real processes, real sockets, real faults. It says what was measured, on the machine that
it was measured on; run it on yours. Counts hold anywhere. Times, shares and ratios want a machine that does nothing else:
where the measuring process itself stood still for more than 100 ms, that is noted beside the figure.

| | |
| --- | --- |
| command | \`npm run test:chaos -- --seed ${seed}\` |
| date | ${date} |
| Node | ${process.version} |
| machine | ${cpus().length} cores, ${process.platform} ${process.arch} |
| duration | ${seconds} s |
| measurements | ${rows.length}, of which ${unmet} beyond their limits |

| promise | scenario | measured | limit | met |
| --- | --- | --- | --- | --- |
${inGroups(rows).map(lineOf).join('\n')}
`;
  const config = await resolveConfig(new URL('../../.prettierrc', import.meta.url));
  return format(text, { ...config, parser: 'markdown' });
}

/** In an order that does not depend on which file ran first; each promise is told once. */
function inGroups(rows) {
  const sorted = rows.toSorted((one, other) => one.promise.localeCompare(other.promise));
  return sorted.map((row, at) =>
    row.promise === sorted[at - 1]?.promise ? { ...row, promise: '' } : row,
  );
}

function lineOf({ promise, scenario, measured, limit, met }) {
  return `| ${[promise, scenario, measured, limit, met].map(cellOf).join(' | ')} |`;
}

function cellOf(text) {
  return text.replaceAll('|', '\\|');
}
