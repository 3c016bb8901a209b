import { beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../lib/discovery/endpoint.js';
import { createEndpoint } from '../../../lib/discovery/endpoint.js';
import { EndpointSet } from '../../../lib/discovery/endpoint-set.js';

describe('EndpointSet', () => {
  const a = createEndpoint('tcp://a:1');
  const b = createEndpoint('tcp://b:1');
  const c = createEndpoint('tcp://c:1');
  let set: EndpointSet;

  const keysOf = (endpoints: readonly Endpoint[]): string[] => endpoints.map(({ key }) => key);

  beforeEach(() => {
    set = new EndpointSet();
    set.replace([a, b]);
  });

  it('says what was added, removed and kept', () => {
    const change = set.replace([b, c]);
    expect(change).toEqual({ added: [c], removed: [a], kept: [b] });
    expect([...set]).toEqual([b, c]);
    expect(set.size).toBe(2);
  });

  it('says that nothing changed', () => {
    expect(set.replace([b, a])).toEqual({ added: [], removed: [], kept: [b, a] });
  });

  it('describes what is kept as it is now', () => {
    const heavier = createEndpoint({ address: 'tcp://b:1', weight: 5 });
    expect(set.replace([heavier]).kept).toEqual([heavier]);
    expect(set.get('tcp://b:1')).toBe(heavier);
  });

  it('takes a key at another address for another endpoint', () => {
    set.replace([createEndpoint({ key: 'one', address: 'tcp://a:1' })]);
    const moved = createEndpoint({ key: 'one', address: 'tcp://a:2' });
    const change = set.replace([moved]);
    expect(change.added).toEqual([moved]);
    expect(keysOf(change.removed)).toEqual(['one']);
    expect(change.kept).toEqual([]);
  });

  it('takes the last of several endpoints with one key', () => {
    const again = createEndpoint({ address: 'tcp://c:1', weight: 9 });
    expect(set.replace([c, again]).added).toEqual([again]);
  });

  it('can become empty', () => {
    expect(set.replace([]).removed).toEqual([a, b]);
    expect(set.size).toBe(0);
  });
});
