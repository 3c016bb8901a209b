import type { BalancedNode } from '../../lib/balancing/balanced-node.js';
import { peakEwmaMeter } from '../../lib/balancing/load-meter.js';
import { P2cPicker } from '../../lib/balancing/p2c-picker.js';
import { PeakEwma } from '../../lib/balancing/peak-ewma.js';
import type { Picker } from '../../lib/balancing/picker.js';
import { RoundRobinPicker } from '../../lib/balancing/round-robin-picker.js';
import { pickSticky } from '../../lib/balancing/sticky-pick.js';
import { ZonePicker } from '../../lib/balancing/zone-picker.js';
import { resolveOptions } from '../../lib/common/options.js';
import type { Random } from '../../lib/common/random.js';
import { randomInteger } from '../../lib/common/random.js';
import { balancingOptionTable } from '../../lib/pool/balancing-options.js';
import { EndpointBalancer } from '../../lib/pool/endpoint-balancer.js';
import type { TestNode } from '../support/balanced-nodes.js';
import { ManualClock } from '../support/manual-clock.js';
import { pickerContract } from './picker.contract.js';

/** Nodes that have all answered equally quickly. */
function timed(picker: Picker<TestNode>): Picker<TestNode> {
  const latency = new PeakEwma(10_000);
  latency.observe(10, 1_000);
  return pickingAmong(picker, (node) => ({ ...node, latency }));
}

/** A picker that sees the nodes as something else than they are. */
function pickingAmong(
  picker: Picker<TestNode>,
  dress: (node: TestNode) => TestNode,
): Picker<TestNode> {
  return {
    pick<Node extends BalancedNode>(nodes: readonly Node[]): Node | undefined {
      const dressed = nodes.map((node) => dress(node as unknown as TestNode));
      const picked = picker.pick(dressed);
      return picked === undefined ? undefined : nodes[dressed.indexOf(picked)];
    },
  };
}

/** Another key with every pick. */
function stickyPicker(random: Random): Picker<TestNode> {
  return { pick: (nodes) => pickSticky(nodes, randomInteger(random, 2 ** 32), 1.25) };
}

function zonePicker(random: Random, zone: string, spillPending = 1_000_000): Picker<TestNode> {
  const options = { zone, readyRatio: 0.7, spillPending };
  const picker = new ZonePicker<TestNode>(new P2cPicker(random), random, options);
  return pickingAmong(picker, (node) => ({ ...node, zone: 'here' }));
}

for (const choices of [2, 3, 5] as const) {
  pickerContract(`P2cPicker of ${choices}`, (random) => new P2cPicker(random, choices));
  pickerContract(`P2cPicker of ${choices} by peak EWMA`, (random) =>
    timed(new P2cPicker(random, choices, peakEwmaMeter(new ManualClock()))),
  );
}
pickerContract('P2cPicker by peak EWMA without an answer so far', (random) => {
  return new P2cPicker(random, 2, peakEwmaMeter(new ManualClock()));
});
pickerContract('RoundRobinPicker', (random) => new RoundRobinPicker(random));
pickerContract('ZonePicker in its zone', (random) => zonePicker(random, 'here'));
pickerContract('ZonePicker elsewhere', (random) => zonePicker(random, 'there'));
pickerContract('ZonePicker that is full', (random) => zonePicker(random, 'here', 0));
pickerContract('pickSticky', stickyPicker);

for (const policy of ['p2c', 'peak-ewma', 'round-robin'] as const) {
  pickerContract(`EndpointBalancer with ${policy}`, (random) => {
    const options = resolveOptions(balancingOptionTable, { policy, zone: 'here' }, []);
    const balancer = new EndpointBalancer(new ManualClock(), random, options);
    return { pick: (nodes) => balancer.pick(nodes, undefined) };
  });
}
