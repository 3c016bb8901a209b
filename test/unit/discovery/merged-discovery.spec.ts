import { describe, expect, it, vi } from 'vitest';
import { MergedDiscovery } from '../../../lib/discovery/merged-discovery.js';
import { ChangingDiscovery } from '../../support/changing-discovery.js';
import { WatchedDiscovery } from '../../support/watched-discovery.js';

const A = 'tcp://a:1';
const B = 'tcp://b:1';
const C = 'tcp://c:1';

describe('MergedDiscovery', () => {
  it('reports what one source finds without waiting for the others, and loses nothing', () => {
    const [first, second] = [new ChangingDiscovery(), new ChangingDiscovery()];
    const watched = new WatchedDiscovery(new MergedDiscovery([first, second]));
    expect(watched.reports).toEqual([]);
    second.report(B);
    expect(watched.found).toEqual([`${B} 1`]);
    first.report(A);
    expect(watched.found).toEqual([`${A} 1`, `${B} 1`]);
    second.report(C);
    expect(watched.found).toEqual([`${A} 1`, `${C} 1`]);
  });

  it('keeps what a source had found when it fails', () => {
    const [first, second] = [new ChangingDiscovery([A]), new ChangingDiscovery([B])];
    const watched = new WatchedDiscovery(new MergedDiscovery([first, second]));
    first.fail(new Error('out of order'));
    second.report(C);
    expect(watched.errors).toHaveLength(1);
    expect(watched.found).toEqual([`${A} 1`, `${C} 1`]);
  });

  it('passes on that connections are lost to those who want to know', () => {
    const source = Object.assign(new ChangingDiscovery(), { refresh: vi.fn<() => void>() });
    new MergedDiscovery([new ChangingDiscovery(), source]).refresh();
    expect(source.refresh).toHaveBeenCalledTimes(1);
  });

  it('ends the watch of every source', () => {
    const sources = [new ChangingDiscovery([A]), new ChangingDiscovery([B])];
    new WatchedDiscovery(new MergedDiscovery(sources)).dispose();
    expect(sources.map(({ disposals }) => disposals)).toEqual([1, 1]);
  });
});
