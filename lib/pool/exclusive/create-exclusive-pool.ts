import { P2cPicker } from '../../balancing/p2c-picker.js';
import { systemClock } from '../../common/clock.js';
import { systemRandom } from '../../common/random.js';
import type { LinkStream } from '../../link/link-stream.js';
import { connectionLifetimeMs } from '../connection-lifetime.js';
import type { SocketPoolEnvironment } from '../create-socket-pool.js';
import { dialerOf, makeLinkDialer } from '../create-socket-pool.js';
import { discoveryOf } from '../endpoint-source.js';
import { ExclusiveLink } from './exclusive-link.js';
import type { ExclusivePoolOptionsInput } from './exclusive-options.js';
import { resolveExclusiveOptions } from './exclusive-options.js';
import { ExclusivePool } from './exclusive-pool.js';
import type { LinkResource } from './link-resource.js';
import { rawStream } from './link-resource.js';

/** What a test puts in place of the real thing. */
export type ExclusivePoolEnvironment = Omit<SocketPoolEnvironment, 'dialect'>;

/**
 * Puts an exclusive pool together. It opens nothing before `start()`, `ready()` or the first `acquire()`.
 *
 * ```ts
 * const pool = createExclusivePool({
 *   name: 'legacy',
 *   endpoints: ['tcp://10.0.0.7:4000'],
 *   resource: { create: (link) => new LegacyClient(link), validate: (client) => client.ping() },
 * });
 * const answer = await pool.use((client) => client.ask({ order: 7 }));
 * ```
 *
 * @throws SocketPoolError `INVALID_OPTIONS`, listing every bad one
 */
export function createExclusivePool<Resource = LinkStream>(
  input: ExclusivePoolOptionsInput<Resource>,
  environment: ExclusivePoolEnvironment = {},
): ExclusivePool<Resource> {
  const options = resolveExclusiveOptions(input);
  const { clock = systemClock, random = systemRandom } = environment;
  const makeDialer = environment.makeDialer ?? ((endpoint) => makeLinkDialer(endpoint, options));
  const resource = (options.resource ?? rawStream) as LinkResource<Resource>;
  const { connectTimeoutMs, workTimeoutMs, links } = options;
  const { validateAfterIdleMs, idleData } = links;
  // A dialer of one's own is given the addresses as they were written.
  const isPlain = environment.makeDialer !== undefined;
  const discovery = discoveryOf(options, { clock, random }, isPlain);
  let lastId = 0;
  return new ExclusivePool<Resource>(options, {
    clock,
    random,
    picker: new P2cPicker(random),
    discovery,
    makeLink: (endpoint, owner) =>
      new ExclusiveLink(
        {
          ...{ clock, endpoint, resource, connectTimeoutMs, workTimeoutMs },
          ...{ validateAfterIdleMs, idleData },
          id: ++lastId,
          dialer: dialerOf(endpoint, makeDialer),
          lifetimeMs: connectionLifetimeMs(random, links),
        },
        owner,
      ),
  });
}
