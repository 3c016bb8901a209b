/** Rows of the same shape as a table that can be read, and pasted into Markdown. */
export function table(title, rows) {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => textOf(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)));
  const lines = cells.map(
    (line) => `| ${line.map((cell, index) => cell.padEnd(widths[index])).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return `\n${title}\n\n${lines.join('\n')}\n`;
}

function textOf(value) {
  return typeof value === 'number' ? value.toFixed(value < 10 ? 2 : 0) : String(value);
}

/** @param {number} share 0 to 1 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)];
}

export const promiseOf = (isKept) => (isKept ? 'kept' : 'broken');
