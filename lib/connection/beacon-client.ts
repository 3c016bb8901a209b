/**
 * Asks beacons, for the heartbeats that miss a peer. Where several connections lead to the same process
 * one question serves them all. Each question has a short connection of its own, opened when it is asked:
 * one that is kept would have to be kept alive as well.
 */
import type { Clock } from '../common/clock.js';
import type { Dialer, Link } from '../link/link.js';
import type { CountsByCause } from '../metrics/cause-counts.js';
import { CauseCounts } from '../metrics/cause-counts.js';
import type { BeaconVerdict } from '../metrics/causes.js';
import { BEACON_VERDICTS } from '../metrics/causes.js';
import type { BeaconNotice } from '../protocol/beacon.js';
import {
  BEACON_ANSWER_BYTES,
  beaconIn,
  readBeaconAnswer,
  writeBeaconQuestion,
} from '../protocol/beacon.js';
import type { HelloFrame } from '../protocol/frame.js';
import type { BeaconAnswer } from './peer-condition.js';

/** The beacon of one process. */
export interface BeaconTarget extends BeaconNotice {
  /** The host that was dialled, or where its name led: never one that a peer has named. */
  readonly host: string;
}

/** Questions that may be under way at once; a client of so many stuck endpoints has other troubles. */
const MAX_OPEN_QUESTIONS = 256;
/** Where the beacon of a server is that was reached through a unix socket. */
const THIS_MACHINE = '127.0.0.1';
/** A loop that has not turned for so long counts as standing still. */
const STUCK_MS = 200;
const NO_ANSWER: Promise<undefined> = Promise.resolve(undefined);

export type BeaconDialer = (target: BeaconTarget) => Dialer;

export class BeaconClient {
  readonly #clock: Clock;
  readonly #makeDialer: BeaconDialer;
  readonly #answers = new CauseCounts(BEACON_VERDICTS);
  readonly #open = new Map<string, Promise<BeaconAnswer | undefined>>();

  constructor(clock: Clock, makeDialer: BeaconDialer) {
    this.#clock = clock;
    this.#makeDialer = makeDialer;
  }

  /** Questions so far, by what they brought. */
  answerCounts(): CountsByCause<BeaconVerdict> {
    return this.#answers.snapshot();
  }

  /**
   * Asks the beacon that a server has named in its hello, on the machine to which the link leads.
   *
   * @returns `undefined` at once when it has named none
   */
  askServer(
    hello: HelloFrame | undefined,
    { remoteHost }: Link,
    limitMs: number,
  ): Promise<BeaconAnswer | undefined> | undefined {
    const notice = beaconIn(hello?.metadata);
    if (notice === undefined) return undefined;
    return this.ask({ ...notice, host: remoteHost === '' ? THIS_MACHINE : remoteHost }, limitMs);
  }

  /**
   * Never rejects.
   *
   * @param limitMs for connecting and answering together; of the first who asks, where others join
   * @returns `undefined` when nobody is there, or it is somebody else
   */
  ask(target: BeaconTarget, limitMs: number): Promise<BeaconAnswer | undefined> {
    const key = `${target.host} ${target.port} ${target.id}`;
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    if (this.#open.size >= MAX_OPEN_QUESTIONS) return NO_ANSWER;
    const question = this.#ask(target, limitMs)
      .catch(() => undefined)
      .then((answer) => {
        this.#open.delete(key);
        this.#answers.add(verdictOf(answer));
        return answer;
      });
    this.#open.set(key, question);
    return question;
  }

  async #ask(target: BeaconTarget, limitMs: number): Promise<BeaconAnswer | undefined> {
    const limit = new AbortController();
    const timer = this.#clock.schedule(limitMs, () =>
      limit.abort(new Error(`no answer within ${limitMs} ms`)),
    );
    try {
      const link = await this.#makeDialer(target).dial(limit.signal);
      const stuckMs = await answerOn(link, target.id, limit.signal);
      return stuckMs === undefined ? undefined : { stuckMs };
    } finally {
      timer.cancel();
    }
  }
}

function verdictOf(answer: BeaconAnswer | undefined): BeaconVerdict {
  if (answer === undefined) return 'nobody';
  return answer.stuckMs >= STUCK_MS ? 'stuck' : 'turning';
}

/** Asks on a link, and closes it whatever comes. */
function answerOn(link: Link, id: string, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const finish = (answer: number | undefined): void => {
      signal.removeEventListener('abort', giveUp);
      link.destroy();
      resolve(answer);
    };
    const giveUp = (): void => finish(undefined);
    signal.addEventListener('abort', giveUp);
    link.start({
      onData: (chunk) => {
        // More than an answer is none; so is what comes in front of one.
        received = Buffer.concat([received, chunk.subarray(0, BEACON_ANSWER_BYTES + 1)]);
        if (received.length >= BEACON_ANSWER_BYTES) finish(readBeaconAnswer(received));
      },
      onDrain: () => {},
      onEnd: giveUp,
      onClose: giveUp,
    });
    if (signal.aborted) giveUp();
    else link.write(writeBeaconQuestion(id));
  });
}
