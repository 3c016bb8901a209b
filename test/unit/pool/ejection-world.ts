import { expect, onTestFinished } from 'vitest';
import type { EjectionSnapshot } from '../../../lib/metrics/ejection-snapshot.js';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import type { RecordedSink } from '../../support/recorded-sink.js';
import { PoolStage } from '../../support/pool-stage.js';

export const FOUR = ['tcp://a:1', 'tcp://b:1', 'tcp://c:1', 'tcp://d:1'];
export const EJECTION = { ejectionMs: 5_000, maxEjectionMs: 20_000, jitterRatio: 0 };

/** A pool of several instances, some of which a test lets fail. It ends with the test, and leaves no timer behind. */
export class EjectionWorld {
  readonly stage: PoolStage;

  private constructor(stage: PoolStage) {
    this.stage = stage;
  }

  static async open(options: PoolOptionsInput = {}, services = FOUR): Promise<EjectionWorld> {
    const stage = await PoolStage.ready({ ejection: EJECTION, ...options }, { services });
    onTestFinished(async () => {
      await Promise.all([stage.pool.close(0), stage.advance(10_000)]);
      expect(stage.leftovers).toMatchObject({ timers: 0, turns: 0 });
    });
    return new EjectionWorld(stage);
  }

  get states(): string[] {
    return this.stage.snapshot.endpoints.map(({ ejection }) => ejection.state);
  }

  /** Every handler of these instances throws. */
  fail(...addresses: string[]): void {
    for (const address of addresses)
      this.stage.service(address).answer = (stream) => stream.fail('the handler failed');
  }

  /** These instances answer again. */
  recover(...addresses: string[]): void {
    for (const address of addresses) this.stage.service(address).release();
  }

  /** Calls one after the other, one each millisecond. @returns how many failed */
  async callInTurn(count: number, deadlineMs?: number): Promise<number> {
    const sinks: RecordedSink[] = [];
    for (let call = 0; call < count; call++) {
      sinks.push(this.stage.call({ deadlineMs }));
      await this.stage.advance(1);
    }
    return sinks.filter((sink) => sink.isSettled && sink.label !== 'complete').length;
  }

  ejectionOf(address: string): EjectionSnapshot {
    return this.stage.endpoint(address).ejection;
  }

  requestsOf(address: string): number {
    return this.stage.service(address).requests.length;
  }

  /** Until an ejected endpoint is probed. */
  async sitOut(address: string): Promise<void> {
    const { remainingMs } = this.ejectionOf(address);
    if (remainingMs === undefined) throw new Error(`${address} is not ejected`);
    await this.stage.advance(remainingMs);
  }
}
