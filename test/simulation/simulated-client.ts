import { HealthClass } from '../../lib/balancing/balanced-node.js';
import type { PeakEwma } from '../../lib/balancing/peak-ewma.js';
import type { SlowStart } from '../../lib/balancing/slow-start.js';
import type { Clock } from '../../lib/common/clock.js';
import { hashText } from '../../lib/common/hash.js';
import { resolveOptions } from '../../lib/common/options.js';
import type { OptionsInput } from '../../lib/common/options.js';
import type { Random } from '../../lib/common/random.js';
import { balancingOptionTable } from '../../lib/pool/balancing-options.js';
import type { EndpointNode } from '../../lib/pool/endpoint-balancer.js';
import { EndpointBalancer } from '../../lib/pool/endpoint-balancer.js';
import type { SimulatedServer } from './simulated-server.js';
import { DEADLINE_MS } from './simulated-server.js';

export type Policy = OptionsInput<typeof balancingOptionTable>;

/** What a client knows of a server: its own calls, their times, and whether it can be reached. */
class SimulatedNode implements EndpointNode {
  readonly server: SimulatedServer;
  readonly zone = undefined;
  readonly hash: number;
  readonly latency: PeakEwma | undefined;
  readonly slowStart: SlowStart;
  pending = 0;

  constructor(server: SimulatedServer, balancer: EndpointBalancer, hasWarmOther: () => boolean) {
    this.server = server;
    this.hash = hashText(server.name);
    this.latency = balancer.makeLatency();
    this.slowStart = balancer.makeSlowStart(hasWarmOther);
  }

  get healthClass(): HealthClass {
    return this.server.traits.isDown ? HealthClass.Unavailable : HealthClass.Ready;
  }

  get weight(): number {
    return this.slowStart.ratio;
  }

  /** Connections are lost when a server goes, and made when it is there. */
  follow(): void {
    if (this.server.traits.isDown) this.slowStart.end();
    else this.slowStart.begin();
  }
}

/** A caller with a balancer of its own. It sees nothing of what other callers do. */
export class SimulatedClient {
  readonly latenciesMs: number[] = [];
  failures = 0;
  readonly #clock: Clock;
  readonly #balancer: EndpointBalancer;
  readonly #nodes: readonly SimulatedNode[];

  constructor(servers: readonly SimulatedServer[], policy: Policy, clock: Clock, random: Random) {
    this.#clock = clock;
    const options = resolveOptions(balancingOptionTable, policy, []);
    this.#balancer = new EndpointBalancer(clock, random, options);
    this.#nodes = servers.map((server) => {
      const hasWarmOther = (): boolean =>
        this.#nodes.some((each) => each.server !== server && each.slowStart.isWarm);
      return new SimulatedNode(server, this.#balancer, hasWarmOther);
    });
  }

  /** Notices which servers there are now. */
  follow(): void {
    for (const node of this.#nodes) node.follow();
  }

  call(): void {
    const node = this.#balancer.pick(this.#nodes, undefined);
    if (node === undefined) {
      this.failures++;
      return;
    }
    const startedAt = this.#clock.now();
    node.pending++;
    node.server.handle((isGood) => this.#settle(node, startedAt, isGood));
  }

  #settle(node: SimulatedNode, startedAt: number, isGood: boolean): void {
    const now = this.#clock.now();
    const latencyMs = now - startedAt;
    node.pending--;
    node.latency?.observe(latencyMs, now, !isGood);
    if (isGood && latencyMs < DEADLINE_MS) this.latenciesMs.push(latencyMs);
    else this.failures++;
  }
}
