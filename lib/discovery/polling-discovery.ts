/**
 * A source that has to be asked: a file, a registry's HTTP interface, a name server. Whatever the
 * source, the rules are the same. Ask again when the last answer is no longer good, at moments that
 * differ from client to client; ask earlier when connections are lost, but not more often than the
 * source can bear; never wait for an answer without a limit; and keep the last good set when there is
 * none, because endpoints that were there a minute ago are better than no endpoints at all.
 */
import type { Clock } from '../common/clock.js';
import { systemClock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { resolveOptions } from '../common/options.js';
import type { Random } from '../common/random.js';
import { systemRandom } from '../common/random.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { Discovery, DiscoveryListener } from './discovery.js';
import type { PollSource } from './poll.js';
import { Poll } from './poll.js';
import type { PollingDiscoveryOptions } from './polling-options.js';
import { checkPolling, pollingDiscoveryOptionTable } from './polling-options.js';

/** What a test puts in place of the real thing. */
export interface DiscoveryEnvironment {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Endpoints from whatever a function of the user's can ask. */
export class PollingDiscovery implements Discovery {
  readonly name: string;
  readonly #source: PollSource;
  readonly #polls = new Set<Poll>();

  /** @throws SocketPoolError `INVALID_OPTIONS`, listing every bad one */
  constructor(input: PollingDiscoveryOptions, environment: DiscoveryEnvironment = {}) {
    const problems: string[] = [];
    const { load, name, ...options } = resolveOptions(pollingDiscoveryOptionTable, input, problems);
    checkPolling(options, problems);
    if (load === undefined) {
      if (problems.length === 0) problems.push('load: there is no function to ask');
      throw invalidOptionsError('a polling discovery', problems);
    }
    if (problems.length > 0) throw invalidOptionsError(`the discovery ${name}`, problems);
    const { clock = systemClock, random = systemRandom } = environment;
    this.name = name;
    this.#source = { name, load, options, clock, random };
  }

  watch(listener: DiscoveryListener): Disposer {
    const poll = new Poll(this.#source, listener);
    this.#polls.add(poll);
    poll.start();
    return () => {
      this.#polls.delete(poll);
      poll.stop();
    };
  }

  refresh(): void {
    for (const poll of this.#polls) poll.refresh();
  }
}
