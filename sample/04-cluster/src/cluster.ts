import { SocketPoolClient } from 'nestjs-socket-pool';
import { EndpointList } from './endpoint-list.js';
import { Instance } from './show/instance.js';

/** The instances that run, and a client that calls them. */
export class Cluster {
  readonly client: SocketPoolClient;
  private readonly list: EndpointList;
  private readonly everybody: Instance[];

  private constructor(instances: Instance[]) {
    this.everybody = instances;
    this.list = new EndpointList(instances.map(({ address }) => address));
    this.client = new SocketPoolClient({
      name: 'shop',
      discovery: this.list,
      deadlineMs: 10_000,
      // Who says nothing for 2 s, and whose beacon does not answer either, is gone.
      heartbeat: { intervalMs: 500, misses: 3 },
      retry: { idempotentPatterns: ['shop.quote'] },
      balancing: { slowStartMs: 1_000 },
    });
  }

  static async start(names: readonly string[]): Promise<Cluster> {
    const instances = await Promise.all(names.map((name) => Instance.start(name)));
    const cluster = new Cluster(instances);
    await cluster.client.connect();
    return cluster;
  }

  /** All there ever were. */
  get instances(): readonly Instance[] {
    return this.everybody;
  }

  instance(name: string): Instance {
    const found = this.everybody.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no instance ${name}`);
    return found;
  }

  async add(name: string): Promise<void> {
    const instance = await Instance.start(name);
    this.everybody.push(instance);
    this.list.add(instance.address);
  }

  /** As an orchestrator would do after a process has ended. */
  remove(name: string): void {
    this.list.remove(this.instance(name).address);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await Promise.all(this.everybody.map((each) => each.stop()));
  }
}
