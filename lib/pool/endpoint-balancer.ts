import type { HashedNode, TimedNode, ZonedNode } from '../balancing/balanced-node.js';
import type { LoadMeter } from '../balancing/load-meter.js';
import { peakEwmaMeter, pendingMeter } from '../balancing/load-meter.js';
import { weightOf } from '../balancing/node-rank.js';
import { P2cPicker } from '../balancing/p2c-picker.js';
import { PeakEwma } from '../balancing/peak-ewma.js';
import type { Picker } from '../balancing/picker.js';
import { RoundRobinPicker } from '../balancing/round-robin-picker.js';
import { SlowStart } from '../balancing/slow-start.js';
import { pickSticky } from '../balancing/sticky-pick.js';
import { ZonePicker } from '../balancing/zone-picker.js';
import type { Clock } from '../common/clock.js';
import { hashText } from '../common/hash.js';
import type { Random } from '../common/random.js';
import type { BalancingOptions } from './balancing-options.js';

/** What an endpoint looks like to whatever policy is configured. */
export type EndpointNode = TimedNode & ZonedNode & HashedNode;

/** The policies by which a pool chooses, as configured. */
export class EndpointBalancer {
  /** For the connections of one endpoint. They share its latency, and its zone. */
  readonly connections: Picker;
  /** Calls have to be timed, for the choice of others. */
  readonly isTiming: boolean;
  readonly #options: BalancingOptions;
  readonly #clock: Clock;
  readonly #endpoints: Picker<EndpointNode>;
  readonly #meter: LoadMeter<EndpointNode>;

  /** @param clock read while calls are chosen; one reading per turn is enough */
  constructor(clock: Clock, random: Random, options: BalancingOptions) {
    const { policy, choices } = options;
    this.#options = options;
    this.#clock = clock;
    this.isTiming = policy === 'peak-ewma';
    this.connections = new P2cPicker(random, choices);
    this.#meter = this.isTiming ? peakEwmaMeter(clock) : pendingMeter;
    const picker: Picker<EndpointNode> =
      policy === 'round-robin'
        ? new RoundRobinPicker(random)
        : new P2cPicker(random, choices, this.#meter);
    this.#endpoints = inZone(picker, random, options);
  }

  /** The endpoint for the next call; the same for the same key, where there is one. */
  pick<Node extends EndpointNode>(
    nodes: readonly Node[],
    stickyKey: string | undefined,
  ): Node | undefined {
    return stickyKey === undefined
      ? this.#endpoints.pick(nodes)
      : pickSticky(nodes, hashText(stickyKey), this.#options.boundedLoadRatio);
  }

  /** For a new endpoint. `undefined` where nobody wants to know its latency. */
  makeLatency(): PeakEwma | undefined {
    return this.isTiming ? new PeakEwma(this.#options.latencyDecayMs) : undefined;
  }

  /** For a new endpoint. */
  makeSlowStart(hasWarmOther: () => boolean): SlowStart {
    return new SlowStart(this.#clock, this.#options.slowStartMs, hasWarmOther);
  }

  /** What the policy goes by, over weight. */
  loadOf(node: EndpointNode): number {
    return this.#meter(node) / weightOf(node);
  }

  /** How it chooses, for people. */
  snapshot(): { readonly policy: BalancingOptions['policy']; readonly zone: string | undefined } {
    const { policy, zone } = this.#options;
    return { policy, zone };
  }
}

function inZone(
  picker: Picker<EndpointNode>,
  random: Random,
  { zone, zoneReadyRatio: readyRatio, zoneSpillPending: spillPending }: BalancingOptions,
): Picker<EndpointNode> {
  if (zone === undefined) return picker;
  return new ZonePicker(picker, random, { zone, readyRatio, spillPending });
}
