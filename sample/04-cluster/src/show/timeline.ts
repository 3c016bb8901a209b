import type { Cluster } from '../cluster.js';

/** Something that happens to the cluster. */
export interface Happening {
  readonly says: string;
  readonly happen: (cluster: Cluster) => unknown;
}

const SLOW_FACTOR = 10;

/** One thing after the other; between them is a step of time. */
export function timeline(stepMs: number): readonly Happening[] {
  const hangMs = Math.round(0.75 * stepMs);
  return [
    { says: 'four instances, nothing happens', happen: () => undefined },
    {
      says: `"one" becomes ${SLOW_FACTOR} times slower`,
      happen: (cluster) => cluster.instance('one').suffer({ slowFactor: SLOW_FACTOR }),
    },
    {
      says: `"one" is well again; "two" hangs for ${hangMs} ms: its event loop stands still`,
      happen: (cluster) => {
        cluster.instance('one').suffer({ slowFactor: 1 });
        cluster.instance('two').suffer({ hangMs });
      },
    },
    {
      says: '"three" is killed: kill -9',
      happen: (cluster) => cluster.instance('three').kill(),
    },
    {
      says: '"three" is taken off the list; "four" is drained: SIGTERM',
      happen: (cluster) => {
        cluster.remove('three');
        return cluster.instance('four').stop();
      },
    },
    {
      says: '"four" is taken off the list; "five" is added',
      happen: (cluster) => {
        cluster.remove('four');
        return cluster.add('five');
      },
    },
    { says: 'nothing more happens', happen: () => undefined },
  ];
}
