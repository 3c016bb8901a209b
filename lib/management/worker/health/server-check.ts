import type { ServerPicture } from '../../management.contract.js';
import type { PictureRefresh } from '../service/picture-refresh.js';
import type { ServiceView } from '../service/service-view.js';
import type { HttpCheck } from './http-check.js';
import type { CheckResult, CheckStatus, ProbeCheck } from './probe-check.js';
import type { RoundTripCache } from './round-trip-cache.js';
import type { RoundTrip } from './round-trip.js';

const RANK: Readonly<Record<CheckStatus, number>> = { up: 0, degraded: 1, down: 2 };

/** Whether the servers of the service accept: by a round trip through each of their ports, that of HTTP too. */
export class ServerCheck implements ProbeCheck {
  readonly name = 'servers';
  readonly isPublic = false;

  constructor(
    private readonly view: ServiceView,
    private readonly roundTrips: Pick<RoundTripCache, 'ask'>,
    private readonly refresh: Pick<PictureRefresh, 'refresh'>,
    private readonly http: Pick<HttpCheck, 'run'>,
  ) {}

  async run(only?: string): Promise<readonly CheckResult[]> {
    if (this.isOutdated()) await this.refresh.refresh();
    const { picture } = this.view;
    if (picture === undefined) return [unknown(only ?? 'servers')];
    const servers = picture.servers.filter(
      ({ name }) => only === undefined || name === `server ${only}`,
    );
    if (servers.length === 0 && only !== undefined) return [unknown(`server ${only}`)];
    const judged = servers.map((server) => this.judge(server));
    const http = only === undefined ? await this.http.run(picture) : [];
    return [...(await Promise.all(judged)), ...http];
  }

  /** A server that did not listen yet may do so now: the start of a service should be seen at once. */
  private isOutdated(): boolean {
    const { picture } = this.view;
    if (picture === undefined) return true;
    const { servers, http } = picture;
    if (servers.length === 0) return http?.address === null;
    return servers.some(({ state }) => state === 'idle');
  }

  private async judge(server: ServerPicture): Promise<CheckResult> {
    const { name: key, state, addresses, connections, maxConnections, inFlight } = server;
    const details = { state, addresses, connections: connections.length, maxConnections, inFlight };
    if (state !== 'listening' || addresses.length === 0) {
      const message = state === 'idle' ? 'it does not listen yet' : `it is ${state}`;
      return { key, status: 'down', details: { message, ...details } };
    }
    const trips = await Promise.all(addresses.map((address) => this.roundTrips.ask(address)));
    const worst = trips.reduce((a, b) => (RANK[b.status] > RANK[a.status] ? b : a));
    return { key, status: statusOf(trips), details: { ...textOf(worst), ...details } };
  }
}

/** With several addresses the service can be reached as long as one of them answers. */
function statusOf(trips: readonly RoundTrip[]): CheckStatus {
  if (trips.every(({ status }) => status === 'down')) return 'down';
  return trips.every(({ status }) => status === 'up') ? 'up' : 'degraded';
}

function textOf({ message, roundTripMs, loopLagMs }: RoundTrip): Readonly<Record<string, unknown>> {
  return {
    ...(message !== undefined && { message }),
    ...(roundTripMs !== undefined && { roundTripMs }),
    ...(loopLagMs !== undefined && { loopLagMs }),
  };
}

function unknown(key: string): CheckResult {
  return { key, status: 'down', details: { message: 'nothing is known of it yet' } };
}
