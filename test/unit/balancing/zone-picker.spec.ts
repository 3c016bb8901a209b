import { describe, expect, it } from 'vitest';
import { HealthClass } from '../../../lib/balancing/balanced-node.js';
import { P2cPicker } from '../../../lib/balancing/p2c-picker.js';
import type { ZoneOptions } from '../../../lib/balancing/zone-picker.js';
import { ZonePicker } from '../../../lib/balancing/zone-picker.js';
import { seededRandom } from '../../../lib/common/random.js';
import type { TestNode } from '../../support/balanced-nodes.js';
import { testNode, testNodes } from '../../support/balanced-nodes.js';

const PICKS = 5_000;

function zonePicker(options: Partial<ZoneOptions> = {}): ZonePicker<TestNode> {
  const random = seededRandom(5);
  const all = { zone: 'here', readyRatio: 0.7, spillPending: 10, ...options };
  return new ZonePicker<TestNode>(new P2cPicker(random), random, all);
}

const world = (own: number, others: number): { own: TestNode[]; nodes: TestNode[] } => {
  const here = testNodes(own, { zone: 'here' });
  return { own: here, nodes: [...here, ...testNodes(others, { zone: 'there' })] };
};

/** Which share of idle picks stays in the own zone. */
function ownShare(picker: ZonePicker<TestNode>, nodes: readonly TestNode[]): number {
  let own = 0;
  for (let pick = 0; pick < PICKS; pick++) if (picker.pick(nodes)!.zone === 'here') own++;
  return own / PICKS;
}

describe('ZonePicker', () => {
  it('stays in the own zone, however idle the others are', () => {
    const { own, nodes } = world(3, 9);
    for (const node of own) node.pending = 9;
    expect(ownShare(zonePicker(), nodes)).toBe(1);
  });

  it('shares with all zones by load what the own zone has no room for', () => {
    const { own, nodes } = world(2, 4);
    const picker = zonePicker();
    for (let call = 0; call < 300; call++) picker.pick(nodes)!.pending++;
    const local = own.reduce((sum, node) => sum + node.pending, 0);
    expect(own.every((node) => node.pending >= 10)).toBe(true);
    // Once all have as much as the own zone may have, everybody gets the same.
    expect(local).toBeGreaterThan(90);
    expect(local).toBeLessThan(115);
  });

  it('leaves the zone for none of its instances, but for all of them', () => {
    const { own, nodes } = world(4, 4);
    own[0]!.pending = 1_000;
    expect(ownShare(zonePicker(), nodes)).toBe(1);
  });

  it('may carry more for more weight', () => {
    const nodes = [
      testNode('heavy', { zone: 'here', weight: 4, pending: 39 }),
      testNode('other', { zone: 'there' }),
    ];
    expect(zonePicker().pick(nodes)!.name).toBe('heavy');
    nodes[0]!.pending = 40;
    expect(zonePicker().pick(nodes)!.name).toBe('other');
  });

  it('keeps everything while enough of the zone is ready', () => {
    const { own, nodes } = world(10, 10);
    for (const node of own.slice(0, 3)) node.healthClass = HealthClass.Ejected;
    expect(ownShare(zonePicker(), nodes)).toBe(1);
  });

  it('sends away what is missing of that, in proportion', () => {
    const { own, nodes } = world(4, 400);
    for (const node of own.slice(0, 2)) node.healthClass = HealthClass.Unavailable;
    const share = ownShare(zonePicker(), nodes);
    expect(share).toBeGreaterThan(0.5 / 0.7 - 0.03);
    expect(share).toBeLessThan(0.5 / 0.7 + 0.03);
  });

  it('leaves a zone whose instances are all busy, or of weight 0, or gone', () => {
    for (const bad of [
      { healthClass: HealthClass.Busy },
      { weight: 0 },
      { healthClass: HealthClass.Unavailable },
    ]) {
      const nodes = [...testNodes(2, { zone: 'here', ...bad }), testNode('far', { zone: 'there' })];
      expect(ownShare(zonePicker(), nodes)).toBe(0);
    }
    expect(ownShare(zonePicker(), testNodes(2))).toBe(0);
  });
});
