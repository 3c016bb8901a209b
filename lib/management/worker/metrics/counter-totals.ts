/** The counts of one source, by series: one number, or those of a histogram. */
export type Counts = ReadonlyMap<string, readonly number[]>;

interface Group {
  /** What sources of that name counted that are gone. */
  base: Map<string, readonly number[]>;
  last: Counts;
}

/** Sources above this number are forgotten, the oldest first. */
const MAX_GROUPS = 1_000;

/**
 * Lets counters go on when what they belong to is made anew, as a pool is that was closed and is used
 * again: it counts from zero, but whoever watches must not see a counter fall. Any count that has fallen
 * gives a new source away; then all that the old one counted is kept.
 */
export class CounterTotals {
  private readonly groups = new Map<string, Group>();

  /**
   * @param name of the source, under which it comes back
   * @returns the counts of all sources of that name together
   */
  carry(name: string, counts: Counts): Counts {
    const group = this.groups.get(name) ?? { base: new Map(), last: new Map() };
    if (hasFallen(group.last, counts)) group.base = sumOf(group.base, group.last);
    group.last = counts;
    // Moves it to the end: the first is the one that was not seen for the longest time.
    this.groups.delete(name);
    this.groups.set(name, group);
    this.forget();
    return new Map(
      Array.from(counts, ([series, values]) => [series, plus(values, group.base.get(series))]),
    );
  }

  private forget(): void {
    for (const name of this.groups.keys()) {
      if (this.groups.size <= MAX_GROUPS) return;
      this.groups.delete(name);
    }
  }
}

function hasFallen(last: Counts, counts: Counts): boolean {
  for (const [series, values] of counts) {
    const before = last.get(series);
    if (before !== undefined && values.some((value, i) => value < (before[i] ?? 0))) return true;
  }
  return false;
}

function sumOf(base: Counts, last: Counts): Map<string, readonly number[]> {
  const sum = new Map(base);
  for (const [series, values] of last) sum.set(series, plus(values, base.get(series)));
  return sum;
}

function plus(values: readonly number[], others: readonly number[] = []): readonly number[] {
  return values.map((value, i) => value + (others[i] ?? 0));
}
