/** What `/proc/<pid>/stat` and `/proc/<pid>/task/<tid>/stat` say, as far as it is of use here. */
export interface ThreadStat {
  /** One letter: see {@link stateInWords}. */
  readonly state: string;
  /** In clock ticks. */
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly threads: number;
  readonly virtualBytes: number;
}

const STATES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a device, not interruptible',
  T: 'stopped by a signal',
  t: 'stopped by a debugger',
  Z: 'ended',
  X: 'ended',
  I: 'idle',
};

/**
 * Parses `1828 (node) R 1827 …`. The name in parentheses is free text, with spaces and parentheses of
 * its own, so the fields are counted from the last `)`.
 */
export function parseThreadStat(text: string): ThreadStat | undefined {
  const end = text.lastIndexOf(')');
  if (end < 0) return undefined;
  const fields = text
    .slice(end + 1)
    .trim()
    .split(/\s+/);
  const [userTicks, systemTicks, threads, virtualBytes] = [11, 12, 17, 20].map((i) =>
    Number(fields[i] ?? Number.NaN),
  );
  if (!/^[A-Za-z]$/.test(fields[0])) return undefined;
  if (![userTicks, systemTicks, threads, virtualBytes].every(Number.isFinite)) return undefined;
  return { state: fields[0], userTicks, systemTicks, threads, virtualBytes };
}

export function stateInWords(letter: string): string {
  return STATES[letter] ?? `in state ${letter}`;
}
