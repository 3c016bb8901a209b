import type { SocketPoolClient } from '../../../../lib/client/socket-pool-client.js';
import type { Random } from '../../../../lib/common/random.js';
import { randomInteger } from '../../../../lib/common/random.js';
import { Outcomes } from './outcomes.js';

export interface TrafficShape {
  /** New calls in each turn of a few milliseconds. */
  readonly perTurn: number;
  /** How long handlers work: from 0 to this. */
  readonly maxWorkMs: number;
  readonly idempotent?: boolean;
  /** Default 0. */
  readonly firstId?: number;
}

const TURN_MS = 2;

/** Calls of the handler `work`, made all the time until they are stopped. */
export class Traffic {
  readonly outcomes = new Outcomes();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: SocketPoolClient,
    private readonly random: Random,
    private readonly shape: TrafficShape,
  ) {}

  start(): this {
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
    return this;
  }

  /** No new calls; waits for those that were made. */
  stop(): Promise<Outcomes> {
    clearInterval(this.#timer);
    return this.outcomes.all();
  }

  #turn(): void {
    const { perTurn, maxWorkMs, idempotent = false, firstId = 0 } = this.shape;
    for (let call = 0; call < perTurn; call++) {
      const id = firstId + this.outcomes.made;
      const ms = randomInteger(this.random, maxWorkMs + 1);
      this.outcomes.add(id, this.client.request('work', { id, ms }, { idempotent }));
    }
  }
}
