import { describe, expect, it } from 'vitest';
import { readProbeGroups } from '../../../../../lib/management/worker/health/probe-groups.js';

const namesOf = (groups: ReturnType<typeof readProbeGroups>, group: string) =>
  groups.get(group)?.map(({ name }) => name);

describe('groups of probes', () => {
  it('are live, ready, startup and all', () => {
    const groups = readProbeGroups({});
    expect([...groups.keys()]).toEqual(['live', 'ready', 'startup', 'all']);
    expect(namesOf(groups, 'live')).toEqual(['loop']);
    expect(namesOf(groups, 'ready')).toEqual([
      ...['lifecycle', 'lag', 'servers', 'pools', 'indicators'],
    ]);
    expect(namesOf(groups, 'all')).toHaveLength(7);
  });

  it('can be made of other checks, and there can be more of them', () => {
    const groups = readProbeGroups({
      ready: ['lifecycle', 'pool orders'],
      database: ['indicator the database', 'server 0'],
    });
    expect(groups.get('ready')).toEqual([{ name: 'lifecycle' }, { name: 'pools', only: 'orders' }]);
    expect(groups.get('database')).toEqual([
      { name: 'indicators', only: 'the database' },
      { name: 'servers', only: '0' },
    ]);
  });

  it.each(['loops', 'pool', 'pool ', 'users orders', ''])('know no check "%s"', (check) => {
    expect(() => readProbeGroups({ ready: [check] })).toThrow(
      `probes.groups.ready: there is no check '${check}'`,
    );
  });

  it.each(['pools', 'indicators', 'pool orders'])('keep %s out of live', (check) => {
    expect(() => readProbeGroups({ live: ['loop', check] })).toThrow(
      /^probes\.groups\.live: .* depends on others/,
    );
  });
});
