/** What a scrape gave, read as Prometheus reads it; throws at whatever Prometheus would not take. */
export class PrometheusSamples {
  readonly types = new Map<string, string>();
  readonly helps = new Map<string, string>();
  readonly values = new Map<string, number>();

  constructor(text: string) {
    if (!text.endsWith('\n')) throw new Error('the last line has no end');
    for (const line of text.split('\n')) this.#read(line);
  }

  /** Of one series; `undefined` where there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    return this.values.get(seriesOf(name, Object.entries(labels)));
  }

  /** All series of a metric together. */
  sum(name: string): number {
    let sum = 0;
    for (const [series, value] of this.values) if (series.startsWith(`${name}{`)) sum += value;
    return sum;
  }

  has(name: string): boolean {
    return this.types.has(name);
  }

  #read(line: string): void {
    if (line === '') return;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) return this.#readComment(comment[1]!, comment[2]!, comment[3]!);
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const series = seriesOf(sample[1]!, labelsOf(sample[2] ?? ''));
    if (this.values.has(series)) throw new Error(`twice: ${series}`);
    this.values.set(series, numberOf(sample[3]!));
  }

  #readComment(kind: string, name: string, text: string): void {
    const map = kind === 'HELP' ? this.helps : this.types;
    if (map.has(name)) throw new Error(`${kind} of ${name} twice`);
    map.set(name, text);
  }
}

function seriesOf(name: string, labels: readonly (readonly [string, string])[]): string {
  const sorted = labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).sort();
  return `${name}{${sorted.join(',')}}`;
}

function labelsOf(text: string): [string, string][] {
  const labels: [string, string][] = [];
  let rest = text;
  while (rest !== '') {
    const match = /^([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)",?/.exec(rest);
    if (match === null) throw new Error(`not labels: ${text}`);
    const value = match[2]!.replaceAll(/\\(.)/g, (_, escaped) =>
      escaped === 'n' ? '\n' : String(escaped),
    );
    labels.push([match[1]!, value]);
    rest = rest.slice(match[0].length);
  }
  return labels;
}

function numberOf(text: string): number {
  const value = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
  if (Number.isNaN(value)) throw new Error(`not a number: ${text}`);
  return value;
}
