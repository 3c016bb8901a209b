import type { OptionTable } from '../../lib/common/options.js';
import type { ErrorCodeDescription } from '../../lib/errors/error-codes.js';
import type { MetricDescription } from '../../lib/management/worker/metrics/metric.js';

/** The rows of an options table as the README shows them; groups are listed with their own options below. */
export function optionRows(table: OptionTable, prefix = ''): string[] {
  return Object.entries(table).flatMap(([name, rule]) => {
    const path = `${prefix}${name}`;
    if (rule.table !== undefined) {
      const own =
        rule.switch === undefined ? [] : [row(path, rule.switch, rule.expected, rule.description)];
      return [...own, ...optionRows(rule.table, `${path}.`)];
    }
    return [row(path, defaultText(rule.defaultValue), rule.expected, rule.description)];
  });
}

export function optionsMarkdown(table: OptionTable): string {
  const head = ['| option | default | allowed | meaning |', '| --- | --- | --- | --- |'];
  return [...head, ...optionRows(table)].join('\n');
}

export function errorsMarkdown(codes: Readonly<Record<string, ErrorCodeDescription>>): string {
  const head = ['| code | processed | retryable | meaning |', '| --- | --- | --- | --- |'];
  const rows = Object.entries(codes).map(
    ([code, { processed, retryable, description }]) =>
      `| \`${code}\` | ${processed} | ${retryable ? 'yes' : 'no'} | ${escape(description)} |`,
  );
  return [...head, ...rows].join('\n');
}

export function metricsMarkdown(metrics: readonly MetricDescription[]): string {
  const head = ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |'];
  const rows = metrics.map(({ name, type, labels, meaning, isFromKernel }) => {
    const text = isFromKernel ? `${meaning} Linux.` : meaning;
    const labelTexts = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${labelTexts} | ${escape(text)} |`;
  });
  return [...head, ...rows].join('\n');
}

/**
 * Replaces what stands between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error when the document has no such place
 */
export function replaceSection(document: string, name: string, content: string): string {
  const open = `<!-- ${name} -->`;
  const close = `<!-- /${name} -->`;
  const start = document.indexOf(open);
  const end = document.indexOf(close);
  if (start === -1 || end === -1)
    throw new Error(`the document has no section between ${open} and ${close}`);
  return `${document.slice(0, start + open.length)}\n\n${content}\n\n${document.slice(end)}`;
}

function row(path: string, defaultValue: string, expected: string, description: string): string {
  return `| \`${path}\` | ${defaultValue} | ${escape(expected)} | ${escape(description)} |`;
}

function defaultText(value: unknown): string {
  if (value === undefined) return '–';
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : escape(value.map(String).join(', '));
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}
