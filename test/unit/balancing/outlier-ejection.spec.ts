import { describe, expect, it } from 'vitest';
import type { EjectionRules, ObservedNode } from '../../../lib/balancing/outlier-ejection.js';
import {
  causeOfRow,
  isFailedProbation,
  isPanic,
  successRateOutliers,
} from '../../../lib/balancing/outlier-ejection.js';

const RULES: EjectionRules = {
  consecutiveFailures: 5,
  minCalls: 100,
  deviations: 4,
  maxEjectedRatio: 0.5,
};

/** A node that works, unless it is said otherwise. */
function observed(changes: Partial<ObservedNode> = {}): ObservedNode {
  return {
    isEjected: false,
    succeeded: 1_000,
    failed: 0,
    recentCalls: 8,
    recentFailures: 0,
    failedInRow: 0,
    unansweredInRow: 0,
    ...changes,
  };
}

const unknown = (): ObservedNode => observed({ succeeded: 0, recentCalls: 0 });
const failing = (row: number, changes: Partial<ObservedNode> = {}): ObservedNode =>
  observed({ recentFailures: Math.min(row, 8), failedInRow: row, failed: row, ...changes });
const silent = (row: number): ObservedNode => failing(row, { unansweredInRow: row });

/** How many failures in a row it takes for the first node to be ejected; Infinity for more than a hundred. */
function rowNeeded(
  make: (row: number) => ObservedNode,
  others: (row: number) => ObservedNode[],
): number {
  for (let row = 1; row <= 100; row++) {
    const node = make(row);
    if (causeOfRow(node, [node, ...others(row)], RULES) !== undefined) return row;
  }
  return Number.POSITIVE_INFINITY;
}

/** A node with a hundred calls, of which so many failed. */
const failures = (failed: number, calls = 100): ObservedNode =>
  observed({ succeeded: calls - failed, failed });

describe('failures in a row', () => {
  it('without an answer eject a node after as many as the rules say', () => {
    expect(rowNeeded(silent, () => [observed(), observed(), observed()])).toBe(5);
    expect(rowNeeded(silent, () => [observed()])).toBe(5);
  });

  it('that were answered need little more when the others work', () => {
    expect(rowNeeded(failing, () => [observed(), observed(), observed()])).toBe(6);
    expect(rowNeeded(failing, () => [observed()])).toBe(9);
  });

  it('of every node eject none', () => {
    const same = (make: typeof failing) => (row: number) => [make(row), make(row), make(row)];
    expect(rowNeeded(failing, same(failing))).toBe(Number.POSITIVE_INFINITY);
    expect(rowNeeded(silent, same(silent))).toBe(Number.POSITIVE_INFINITY);
  });

  it('need to be more where failures are what some calls end with', () => {
    const ordinary = (): ObservedNode => failures(300, 1_000);
    const needed = rowNeeded(failing, () => [ordinary(), ordinary(), ordinary()]);
    expect(needed).toBe(16);
  });

  it('need to be more where nothing is known of the others', () => {
    expect(rowNeeded(silent, () => [unknown(), unknown()])).toBe(10);
    expect(rowNeeded(failing, () => [unknown(), unknown()])).toBe(27);
  });

  it('say why', () => {
    const others = [observed(), observed()];
    for (const [node, cause] of [
      [silent(6), 'unanswered'],
      [failing(8), 'failing'],
      [failing(8, { unansweredInRow: 2 }), 'failing'],
      [failing(4), undefined],
    ] as const)
      expect(causeOfRow(node, [node, ...others], RULES)).toBe(cause);
  });
});

describe('the number of ejected nodes', () => {
  const eject = (nodes: number, ejected: number, maxEjectedRatio: number): boolean => {
    const node = silent(9);
    const others = Array.from({ length: nodes - 1 }, (_, index) =>
      observed({ isEjected: index < ejected }),
    );
    return causeOfRow(node, [node, ...others], { ...RULES, maxEjectedRatio }) !== undefined;
  };

  it('stays below the maximum', () => {
    expect([eject(10, 2, 0.3), eject(10, 3, 0.3)]).toEqual([true, false]);
  });

  it('may be one of several, however low the maximum', () => {
    expect([eject(4, 0, 0.1), eject(4, 1, 0.1), eject(2, 0, 0.1)]).toEqual([true, false, true]);
  });

  it('leaves one, however high the maximum', () => {
    expect([eject(1, 0, 1), eject(2, 1, 1), eject(3, 1, 1)]).toEqual([false, false, true]);
  });

  it('is zero when the maximum is', () => {
    expect(eject(10, 0, 0)).toBe(false);
  });

  it('does not count a node twice', () => {
    const node = { ...silent(9), isEjected: true };
    expect(causeOfRow(node, [node, observed(), observed()], RULES)).toBeUndefined();
  });
});

describe('the success rate', () => {
  const outliers = (rates: number[], calls?: number): number[] => {
    const nodes = rates.map((failed) => failures(failed, calls));
    return successRateOutliers(nodes, RULES).map((node) => nodes.indexOf(node));
  };

  it('ejects a node that fails more often than the others', () => {
    expect(outliers([0, 30, 1, 0])).toEqual([1]);
    expect(outliers([100, 0])).toEqual([0]);
  });

  it('ejects nobody where all fail alike, much or little', () => {
    for (const share of [0, 10, 50, 100])
      expect(outliers([share, share, share, share])).toEqual([]);
    expect(outliers([28, 33, 25, 37])).toEqual([]);
  });

  it('ejects nobody where nodes differ anyway', () => {
    expect(outliers([5, 30, 60, 80])).toEqual([]);
  });

  it('is looked at only after enough calls', () => {
    expect(outliers([99, 0, 0, 0], 99)).toEqual([]);
  });

  it('of a small difference says nothing, however sure it is', () => {
    expect(outliers([90_000, 10_000, 10_000, 10_000], 1_000_000)).toEqual([]);
  });

  it('ejects the worst first, and no more than may be', () => {
    const nodes = [40, 0, 0, 90, 0, 0, 0, 0].map((failed) => failures(failed));
    const most = { ...RULES, deviations: 1.5, maxEjectedRatio: 0.1 };
    expect(successRateOutliers(nodes, most)).toEqual([nodes[3]]);
  });

  it('is not compared with that of nodes that are ejected', () => {
    const ejected = observed({ isEjected: true, succeeded: 0, failed: 500 });
    const nodes = [failures(40), observed(), observed(), ejected];
    expect(successRateOutliers(nodes, RULES)).toEqual([nodes[0]]);
    expect(successRateOutliers([failures(90), ejected], RULES)).toEqual([]);
  });
});

describe('probation', () => {
  it('fails with the first failure where the others work', () => {
    const node = failing(0);
    expect(isFailedProbation(node, [node, observed(), observed()], 1)).toBe(true);
  });

  it('goes on where the others fail at times as well', () => {
    const node = failing(0);
    const nodes = [node, failures(300, 1_000), failures(300, 1_000)];
    expect([1, 2, 3].map((row) => isFailedProbation(node, nodes, row))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

it('panic begins where fewer than the given share are in health', () => {
  expect([isPanic(2, 4, 0.5), isPanic(1, 4, 0.5), isPanic(1, 4, 0), isPanic(0, 0, 0.5)]).toEqual([
    false,
    true,
    false,
    false,
  ]);
});
